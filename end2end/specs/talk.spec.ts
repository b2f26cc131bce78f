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

test("two people talk on two nodes, and both see who is there", async ({ cluster, ann, bob }) => {
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
  const names = await cluster.redis?.asks("hvals", "confab:names");
  expect(names?.split("\n").sort()).toEqual(["Ann", "Bob"]);
  expect((await cluster.redis?.asks("smembers", "confab:online"))?.split("\n")).toHaveLength(2);

  await bob.page.locator("summary", { hasText: "Settings" }).click();
  await bob.page.getByRole("button", { name: "Leave" }).click();
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
  await expect(ann.page.locator(".typing")).toHaveText(/Bob is typing/);
  await bob.composer.press("Enter");
  await ann.sees("soon");
  await expect(ann.page.locator(".typing")).toBeEmpty();
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
  await expect(bob.log.locator(".message__body").last()).toHaveText("first\n  second", { useInnerText: true });
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
