// Starts the live part of the page. Whatever fails, the forms below go on working, and the page says so.
const root = document.documentElement;
for (const kind of ["submit", "keydown", "click"]) {
  // A live part that broke down must not keep anybody from using the plain one.
  addEventListener(kind, (event) => root.dataset.state === "failed" && event.stopImmediatePropagation(), true);
}
try {
  const { default: load, ...parts } = await import("JS_URL");
  await load({ module_or_path: "WASM_URL" });
  parts.hydrate();
  for (const island of document.querySelectorAll("leptos-island")) {
    parts[island.dataset.component](island);
  }
} catch (error) {
  root.dataset.state = "failed";
  console.error(error);
}
