// What one can do with messages, and what the others see of it: at once, on the other node, and after a reload.
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

/** Both are in the lobby, on two nodes. */
async function meet(cluster: { startsTwo(): Promise<[Parameters<Person["joins"]>[0], Parameters<Person["joins"]>[0]]> }, ann: Person, bob: Person) {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
}

test("one edits a message, by its button and by ArrowUp", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  await meet(cluster, ann, bob);
  await ann.says("helo Bob");
  await bob.sees("helo Bob");
  await ann.does("Edit", "helo Bob");
  await expect(ann.composer).toHaveValue("helo Bob");
  await ann.says("hello Bob");
  await bob.sees("hello Bob");
  await expect(bob.message("hello Bob").getByText("edited")).toBeVisible();
  await expect(bob.log.getByRole("article")).toHaveCount(1);

  await ann.composer.press("ArrowUp");
  await expect(ann.page.getByText("Editing your message")).toBeVisible();
  await expect(ann.composer).toHaveValue("hello Bob");
  await ann.composer.press("Escape");
  await expect(ann.composer).toHaveValue("");
  await ann.composer.press("ArrowUp");
  await ann.says("hello, dear Bob");
  await bob.sees("hello, dear Bob");
  await bob.page.reload();
  await bob.sees("hello, dear Bob");
  await expect(bob.message("hello, dear Bob").getByText("edited")).toBeVisible();
});

test("what is being written is there again after an edit", async ({ cluster, ann }) => {
  await ann.joins(await cluster.startsOne());
  await ann.says("first");
  await ann.seesSent("first");
  await ann.composer.fill("half a thought");
  await ann.does("Edit", "first");
  await expect(ann.composer).toHaveValue("first");
  await ann.composer.fill("first, better");
  await ann.composer.press("Enter");
  await ann.seesSent("first, better");
  await expect(ann.composer).toHaveValue("half a thought");
});

test("one deletes a message after being asked, and its words are gone for everybody", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  await meet(cluster, ann, bob);
  await ann.says("a secret slipped out");
  await bob.sees("a secret slipped out");
  await ann.does("Delete", "a secret slipped out");
  await ann.page.getByRole("button", { name: "Keep it" }).click();
  await ann.sees("a secret slipped out");
  await ann.does("Delete", "a secret slipped out");
  await ann.page.getByRole("group", { name: "Delete this message?" }).getByRole("button", { name: "Delete" }).click();
  for (const person of [ann, bob]) {
    await person.sees("Message deleted");
    await expect(person.page.getByText("a secret slipped out")).toHaveCount(0);
  }
  const page = await bob.page.reload();
  expect(await page?.text()).not.toContain("slipped");
  await bob.sees("Message deleted");
});

test("nobody is offered to edit or delete what somebody else wrote", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  await meet(cluster, ann, bob);
  await ann.says("mine alone");
  await bob.sees("mine alone");
  await bob.message("mine alone").hover();
  await expect(bob.message("mine alone").getByRole("button", { name: "Reply" })).toBeVisible();
  for (const name of ["Edit", "Delete"]) {
    await expect(bob.message("mine alone").getByRole("button", { name })).toHaveCount(0);
  }
});

test("reactions are counted by who set them, and taken away again", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  await meet(cluster, ann, bob);
  await ann.says("shall we?");
  await bob.sees("shall we?");
  await bob.does("React with 👍", "shall we?");
  await expect(ann.reaction("shall we?", "👍")).toHaveAccessibleName("👍 1, Bob");
  await ann.reaction("shall we?", "👍").click();
  await expect(bob.reaction("shall we?", "👍")).toHaveAccessibleName("👍 2, Bob and Ann");
  await expect(bob.reaction("shall we?", "👍")).toHaveAttribute("aria-pressed", "true");
  await bob.reaction("shall we?", "👍").click();
  await expect(ann.reaction("shall we?", "👍")).toHaveAccessibleName("👍 1, Ann");
  await ann.page.reload();
  await expect(ann.reaction("shall we?", "👍")).toHaveAccessibleName("👍 1, Ann");
});

test("a reply quotes what it answers, and leads there", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  await meet(cluster, ann, bob);
  await ann.says("who waters the plants?");
  for (let at = 1; at <= 12; at++) await ann.says(`line ${at}`);
  await bob.sees("line 12");
  await bob.does("Reply", "who waters the plants?");
  await expect(bob.page.getByText("Replying to Ann")).toBeVisible();
  await bob.says("I do");
  const quote = ann.message("I do").getByRole("link", { name: /Ann who waters the plants\?/ });
  await expect(quote).toBeVisible();
  await quote.click();
  await expect(ann.message("who waters the plants?")).toBeInViewport();
  await expect(ann.message("who waters the plants?")).toBeFocused();

  await ann.does("Edit", "who waters the plants?");
  await ann.says("who waters the roses?");
  await expect(bob.message("I do").getByRole("link", { name: /roses/ })).toBeVisible();
});

test("a quote of what was deleted says so", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  await meet(cluster, ann, bob);
  await ann.says("a secret slipped out");
  await bob.does("Reply", "a secret slipped out");
  await bob.says("careful!");
  await ann.does("Delete", "a secret slipped out");
  await ann.page.getByRole("group", { name: "Delete this message?" }).getByRole("button", { name: "Delete" }).click();
  const quote = bob.message("careful!").getByRole("link");
  await expect(quote).toHaveText("AnnMessage deleted");
  await bob.page.reload();
  await expect(quote).toHaveText("AnnMessage deleted");
});

test("writing @ offers people by name, and whom it means sees it marked", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  await meet(cluster, ann, bob);
  await ann.seesOnline("Ann", "Bob");
  await ann.composer.pressSequentially("hey @bo");
  const offered = ann.page.getByRole("listbox", { name: "People to mention" });
  const bobs = offered.getByRole("option", { name: "Bob" });
  await expect(bobs).toHaveAttribute("aria-selected", "true");
  // Who does not see the list is told of it.
  await expect(ann.composer).toHaveRole("combobox");
  await expect(ann.composer).toHaveAttribute("aria-activedescendant", (await bobs.getAttribute("id")) ?? "");
  await ann.composer.press("Enter");
  await expect(ann.composer).toHaveValue("hey @Bob ");
  await expect(ann.composer).toHaveRole("textbox");
  await expect(offered).toBeHidden();
  await ann.composer.pressSequentially("and @b");
  await expect(offered).toBeVisible();
  await ann.composer.press("Escape");
  await expect(offered).toBeHidden();
  await ann.composer.press("Enter");
  await expect(bob.message("hey @Bob and @b")).toHaveClass(/message--for-me/);
  await expect(ann.message("hey @Bob and @b")).not.toHaveClass(/message--for-me/);
});

test("an offered name is written where it was asked for, or not at all", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  await meet(cluster, ann, bob);
  await ann.seesOnline("Ann", "Bob");
  await ann.composer.pressSequentially("well then @bo");
  const offered = ann.page.getByRole("listbox", { name: "People to mention" });
  await expect(offered).toBeVisible();
  await ann.composer.press("Home");
  await offered.getByRole("option", { name: "Bob" }).click();
  await expect(offered).toBeHidden();
  await expect(ann.composer).toHaveValue("well then @bo");
});

test("a message is deleted by keyboard alone, and the keyboard stays at it", async ({ cluster, ann }) => {
  await ann.joins(await cluster.startsOne());
  await ann.says("one");
  await ann.says("two");
  await ann.seesSent("two");
  await ann.log.focus();
  await ann.page.keyboard.press("ArrowUp");
  const line = ann.log.getByRole("article").last();
  await expect(line).toBeFocused();
  for (const answer of ["Keep it", "Delete"]) {
    await line.getByRole("group").getByRole("button", { name: "Delete" }).focus();
    await ann.page.keyboard.press("Enter");
    const asked = line.getByRole("group", { name: "Delete this message?" });
    await expect(asked.getByRole("button", { name: "Delete" })).toBeFocused();
    if (answer === "Keep it") await ann.page.keyboard.press("Tab");
    await ann.page.keyboard.press("Enter");
    await expect(line).toBeFocused();
  }
  await ann.sees("Message deleted");
  await ann.page.keyboard.press("ArrowUp");
  await expect(ann.message("one")).toBeFocused();
});

test("an edit that is refused leaves its words in the box", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  await bob.says("tomatos");
  await ann.sees("tomatos");
  await ann.page.getByRole("link", { name: "About this room" }).click();
  const row = ann.page.getByRole("listitem").filter({ hasText: "Bob" });
  await row.locator("summary").click();
  await row.getByRole("button", { name: "Silence", exact: true }).click();
  await bob.does("Edit", "tomatos");
  await bob.composer.fill("tomatoes");
  await bob.composer.press("Enter");
  await expect(bob.page.getByText("The message could not be changed. You cannot write in this room at the moment.")).toBeVisible();
  await expect(bob.composer).toHaveValue("tomatoes");
  await bob.sees("tomatos");
});

test("messages are reached and answered by keyboard alone", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  await meet(cluster, ann, bob);
  await bob.says("one");
  await bob.says("two");
  await ann.sees("two");
  await ann.log.focus();
  await ann.page.keyboard.press("ArrowUp");
  await expect(ann.message("two")).toBeFocused();
  await ann.page.keyboard.press("ArrowUp");
  await expect(ann.message("one")).toBeFocused();
  const reply = ann.message("one").getByRole("button", { name: "Reply" });
  for (let stops = 0; stops < 12 && !(await reply.evaluate((it) => it === document.activeElement)); stops++) {
    await ann.page.keyboard.press("Tab");
  }
  await ann.page.keyboard.press("Enter");
  await expect(ann.composer).toBeFocused();
  await ann.page.keyboard.type("to one");
  await ann.page.keyboard.press("Enter");
  await expect(bob.message("to one").getByRole("link", { name: /Bob one/ })).toBeVisible();
});

test("a link to a message opens the page around it", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await bob.says("remember this one");
  await ann.sees("remember this one");
  await ann.message("remember this one").hover();
  const link = ann.message("remember this one").getByRole("link", { name: "Copy link" });
  const address = await link.getAttribute("href");
  await ann.page.goto(`${node.url}${address}`);
  await expect(ann.message("remember this one")).toBeInViewport();
});
