// Several rooms: found, joined, switched between, counted.
import { expect, test } from "../fixtures/test.ts";

test("one makes a room, another finds and joins it, and they talk there on two nodes", async ({ cluster, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
  await ann.makesRoom("Garden");
  await ann.says("the roses are out");
  await bob.joinsRoom("Garden");
  await bob.sees("the roses are out");
  await bob.says("at last");
  await ann.sees("at last");
  await ann.opens("Lobby");
  await expect(ann.message("at last")).toHaveCount(0);
  await ann.opens("Garden");
  await ann.sees("at last");
});

test("what is new in another room is counted, in the list, the title and the tab's mark, until it is seen", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  await ann.opens("Lobby");
  await expect(ann.page).toHaveTitle("Lobby · Confab");
  const mark = ann.page.locator("#icon");
  const quiet = await mark.getAttribute("href");
  await bob.says("one");
  await bob.says("two, @Ann");
  await expect(ann.room("Garden")).toHaveAccessibleName("Garden, 2 unread, 1 mention");
  await expect(ann.page).toHaveTitle("(2) Lobby · Confab");
  expect(await mark.getAttribute("href")).not.toBe(quiet);
  // On the next visit it is still new.
  await ann.page.reload();
  await ann.isConnected();
  await expect(ann.room("Garden")).toHaveAccessibleName("Garden, 2 unread, 1 mention");

  await ann.opens("Garden");
  await ann.sees("two, @Ann");
  await expect(ann.log.getByRole("heading", { name: "New" })).toBeVisible();
  await expect(ann.room("Garden")).toHaveAccessibleName("Garden");
  await expect(ann.page).toHaveTitle("Garden · Confab");
  await expect(mark).toHaveAttribute("href", quiet ?? "");
});

test("what was seen on one device is not new on the other", async ({ cluster, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
  const second = await ann.page.context().newPage();
  await second.goto(`${here.url}/rooms/lobby`);
  await expect(second.locator(".chat-room")).toHaveAttribute("data-link", "open");
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  const link = second.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: /^Garden/ });
  await ann.opens("Lobby");
  await bob.says("hello, both of you");
  await expect(link).toHaveAccessibleName("Garden, 1 unread");
  await ann.opens("Garden");
  await ann.sees("hello, both of you");
  await expect(link).toHaveAccessibleName("Garden");
});

test("what is written waits in its room", async ({ cluster, ann }) => {
  await ann.joins(await cluster.startsOne());
  await ann.makesRoom("Garden");
  await ann.composer.fill("for the garden");
  await ann.opens("Lobby");
  await expect(ann.composer).toHaveValue("");
  await ann.composer.fill("for the lobby");
  await ann.opens("Garden");
  await expect(ann.composer).toHaveValue("for the garden");
  await ann.composer.press("Enter");
  await ann.seesSent("for the garden");
  await ann.opens("Lobby");
  await expect(ann.composer).toHaveValue("for the lobby");
  await expect(ann.message("for the garden")).toHaveCount(0);
});

test("the browser's way back leads to the room before", async ({ cluster, ann }) => {
  await ann.joins(await cluster.startsOne());
  await ann.makesRoom("Garden");
  await ann.opens("Lobby");
  await expect(ann.page).toHaveURL(/\/rooms\/lobby$/);
  await ann.page.goBack();
  await ann.isIn("Garden");
  await expect(ann.page).toHaveURL(/\/rooms\/garden$/);
  await ann.page.goForward();
  await ann.isIn("Lobby");
});

test("one goes to a room by a few letters", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await bob.joins(node);
  await ann.joins(node);
  await ann.makesRoom("Garden");
  await ann.opens("Lobby");
  await ann.page.keyboard.press("Control+k");
  const finder = ann.page.getByRole("combobox", { name: "Go to a room or a person" });
  await expect(finder).toBeFocused();
  await ann.page.keyboard.type("gar");
  await expect(ann.page.getByRole("option", { name: "Garden" })).toHaveAttribute("aria-selected", "true");
  await ann.page.keyboard.press("Enter");
  await ann.isIn("Garden");

  // A person, too: it opens the talk with them.
  await ann.page.keyboard.press("Control+k");
  await ann.page.keyboard.type("bob");
  await ann.page.keyboard.press("Enter");
  await ann.isIn("Bob");
  await ann.page.keyboard.press("Control+k");
  await ann.page.keyboard.press("Escape");
  await expect(finder).toHaveCount(0);
});

test("the shortcuts are told on asking", async ({ cluster, ann }) => {
  await ann.joins(await cluster.startsOne());
  await ann.log.focus();
  await ann.page.keyboard.press("?");
  const sheet = ann.page.getByRole("dialog", { name: "Shortcuts" });
  await expect(sheet.getByText("Go to a room or a person")).toBeVisible();
  await ann.page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
});

test("a renamed room is called so for everybody at once", async ({ cluster, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  await ann.page.getByRole("link", { name: "About this room" }).click();
  await ann.page.getByRole("textbox", { name: "Name", exact: true }).fill("Kitchen garden");
  await ann.page.getByRole("button", { name: "Change name" }).click();
  await bob.isIn("Kitchen garden");
  await expect(bob.log.getByText("Ann called this room “Kitchen garden”")).toBeVisible();
});

test("who is put out of a room is told why, and is somewhere else", async ({ cluster, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  await bob.says("buy cheap watches");
  await ann.sees("buy cheap watches");
  await ann.page.getByRole("link", { name: "About this room" }).click();
  const row = ann.page.getByRole("listitem").filter({ hasText: "Bob" });
  await row.locator("summary").click();
  await row.getByRole("textbox", { name: /Reason/ }).fill("no advertising");
  await row.getByRole("button", { name: "Put out", exact: true }).click();
  await bob.isIn("Lobby");
  await expect(bob.page.getByText("You are not in Garden any more: no advertising")).toBeVisible();
  await expect(bob.room("Garden")).toHaveCount(0);
});

test("script in a room's name, topic and reactions stays text", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  const name = "<img src=x onerror=alert(1)>";
  await ann.joins(node);
  await bob.joins(node);
  await ann.rooms.getByRole("link", { name: "New room" }).click();
  await ann.page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await ann.page.getByRole("textbox", { name: "Topic" }).fill("\"><script>document.title='owned'</script>");
  await ann.page.getByRole("button", { name: "Make room" }).click();
  await ann.isConnected();
  await expect(ann.page.getByRole("heading", { level: 1 })).toHaveText(`#${name}`);
  await expect(ann.page.locator(".room-header__topic")).toHaveText("\"><script>document.title='owned'</script>");
  await ann.says("react to this");
  await ann.seesSent("react to this");
  await bob.page.goto(`${node.url}/rooms`);
  await expect(bob.page.getByText(name)).toBeVisible();
  await expect(bob.page.locator("img, script:not([nonce])")).toHaveCount(0);
  for (const person of [ann, bob]) await expect(person.page).not.toHaveTitle(/owned/);
});
