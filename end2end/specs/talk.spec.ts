import { expect, test } from "../fixtures/test.ts";

test("two people talk", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await ann.says("hi Bob");
  await bob.sees("hi Bob");
  await bob.says("hi Ann");
  await ann.sees("hi Ann");
  await ann.seesSent("hi Bob");
});

test("two people talk on two nodes, and both see who is there", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await ann.seesOnline("Ann");
  await bob.joins(there);
  await ann.seesNotice("Bob joined");
  await ann.seesOnline("Ann", "Bob");
  await bob.seesOnline("Ann", "Bob");
  await ann.says("is it raining there?");
  await bob.sees("is it raining there?");
  await bob.says("not yet");
  await ann.sees("not yet");

  // The same, as an operator looks at it.
  expect((await cluster.online()).sort()).toEqual(["Ann", "Bob"]);

  await bob.leaves();
  await ann.seesNotice("Bob left");
  await ann.seesOnline("Ann");
});

test("many tabs are one person", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  const second = await ann.page.context().newPage();
  await second.goto(`${node.url}/rooms/lobby`);
  await expect(second.locator(".chat-room")).toHaveAttribute("data-link", "open");
  await bob.joins(node);
  await bob.seesOnline("Ann", "Bob");
  await second.close();
  await bob.seesOnline("Ann", "Bob");
});

test("one sees that somebody is typing, until it is said", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await bob.composer.pressSequentially("soon");
  await expect(ann.typing).toHaveText(/Bob is typing/);
  await bob.composer.press("Enter");
  await ann.sees("soon");
  await expect(ann.typing).toBeEmpty();
});

test("HTML and script are shown as they were written", async ({ cluster, ann, bob, bring }) => {
  const node = await cluster.startsOne();
  const name = "<img src=x onerror=1>";
  const markup = "<script>document.title='owned'</script> & <b>bold</b>";
  const mallory = await bring(name);
  await ann.joins(node);
  await mallory.joins(node);
  await mallory.says(markup);
  await ann.sees(markup);
  await ann.seesOnline("Ann", name);
  // As the server renders it, too.
  await bob.joins(node);
  await bob.sees(markup);
  await expect(bob.message(markup)).toHaveAccessibleName(new RegExp(`^${name},`));
  await expect(bob.page).not.toHaveTitle(/owned/);
});

test("a message keeps its lines, and Shift+Enter makes a new one", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await ann.composer.fill("first");
  await ann.composer.press("Shift+Enter");
  await ann.composer.pressSequentially("  second");
  await ann.composer.press("Enter");
  await expect(bob.log.locator(".message-body").last()).toHaveText("first\n  second", { useInnerText: true });
});

test("Enter does not send while an input method composes", async ({ cluster, ann }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await ann.composer.focus();
  const session = await ann.page.context().newCDPSession(ann.page);
  await session.send("Input.imeSetComposition", { text: "ni hao", selectionStart: 6, selectionEnd: 6 });
  // What browsers send for the Enter that takes the suggestion.
  await ann.composer.dispatchEvent("keydown", { key: "Enter", isComposing: true, keyCode: 229, bubbles: true, cancelable: true });
  await expect(ann.log.getByRole("article")).toHaveCount(0);
  await session.send("Input.insertText", { text: "你好" });
  await expect(ann.composer).toHaveValue("你好");
  await ann.composer.press("Enter");
  await ann.seesSent("你好");
});

test("a key that an input method takes does nothing in the finder", async ({ cluster, ann }) => {
  await ann.joins(await cluster.startsOne());
  await ann.makesRoom("Garden");
  await ann.opens("Lobby");
  await ann.page.keyboard.press("Control+k");
  const finder = ann.page.getByRole("combobox", { name: "Go to a room or a person" });
  await ann.page.keyboard.type("gar");
  await expect(ann.page.getByRole("option", { name: "Garden" })).toBeVisible();
  await finder.dispatchEvent("keydown", { key: "Enter", isComposing: true, keyCode: 229, bubbles: true, cancelable: true });
  await expect(finder).toBeVisible();
  await ann.isIn("Lobby");
});

test("what is too long stays in the box, with the reason", async ({ cluster, ann }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  const letter = "a".repeat(4_001);
  await ann.composer.fill(letter);
  await expect(ann.page.locator(".composer__count")).toHaveText("1 character too many");
  await ann.composer.press("Enter");
  await expect(ann.page.getByRole("alert").filter({ hasText: "4,000 characters" })).toBeVisible();
  await expect(ann.composer).toHaveValue(letter);
  await ann.composer.press("End");
  await ann.composer.press("Backspace");
  await ann.composer.press("Enter");
  await ann.seesSent("a".repeat(4_000));
});

test("who writes faster than the server takes it loses nothing, and keeps the order", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  const lines = Array.from({ length: 26 }, (_, at) => `line ${at + 1}`);
  for (const line of lines) await ann.says(line);
  await bob.sees("line 26");
  expect(await bob.log.locator(".message-body").allInnerTexts()).toEqual(lines);
  await ann.seesSent("line 26");
  expect(await ann.log.locator(".message-body").allInnerTexts()).toEqual(lines);
});

test("several who come in one after the other are one line, which tells their names", async ({ cluster, ann, bring }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  for (const name of ["Bob", "Cyd", "Dan"]) await (await bring(name)).joins(node);
  const line = ann.log.locator(".notice").filter({ hasText: "3 joined" });
  await line.locator("summary").click();
  await expect(line.getByText("Bob, Cyd and Dan joined")).toBeVisible();
});

test("marks in a message show what they mean, in every browser and after a reload, and markup stays text", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await ann.says("see **this** and `a < b`\n\n```\n<script>alert(1)</script>\n  x * y * z\n```\n- [our page](https://example.org/a_b_c)\n- ~~no~~ <b>bold</b>");
  await expect(ann.log.getByRole("article").last()).toHaveAttribute("data-state", "sent");
  for (const reload of [false, true]) {
    if (reload) await bob.page.reload();
    const body = bob.log.locator(".message-body").last();
    await expect(body.getByRole("strong")).toHaveText("this");
    await expect(body.locator("pre")).toHaveText("<script>alert(1)</script>\n  x * y * z");
    await expect(body.getByRole("link", { name: "our page" })).toHaveAttribute("href", "https://example.org/a_b_c");
    await expect(body.getByRole("listitem").last()).toHaveText("no <b>bold</b>");
    await expect(body.locator("s")).toHaveText("no");
  }
});
