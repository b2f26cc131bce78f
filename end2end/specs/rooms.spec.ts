// Several rooms: found, joined, switched between, counted.
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

/** From the next page on, keeps commands of this type from the node while `isHeld`. */
async function holds(person: Person, type: string) {
  const held: (() => void)[] = [];
  const line = {
    isHeld: false,
    goesOn() {
      line.isHeld = false;
      for (const send of held.splice(0)) send();
    },
  };
  await person.page.routeWebSocket(/\/ws/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      if (line.isHeld && JSON.parse(`${frame}`).type === type) held.push(() => server.send(frame));
      else server.send(frame);
    });
  });
  return line;
}

test("one makes a room, another finds and joins it, and they talk there on two nodes", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
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

test("what was seen on one device is not new on the other", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
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

  // A person, too: it opens the talk with them, whoever is offered at the message box.
  await ann.composer.fill("for @bo");
  await expect(ann.page.getByRole("listbox", { name: "People to mention" })).toBeVisible();
  await ann.page.keyboard.press("Control+k");
  await ann.page.keyboard.type("bob");
  await ann.page.keyboard.press("Enter");
  await ann.isIn("Bob");
  await expect(ann.composer).toBeFocused();
});

test("the shortcuts are told on asking", async ({ cluster, ann }) => {
  await ann.joins(await cluster.startsOne());
  await ann.log.focus();
  await ann.page.keyboard.press("?");
  const sheet = ann.page.getByRole("dialog", { name: "Shortcuts" });
  await expect(sheet.getByText("Go to a room or a person")).toBeVisible();
  await ann.page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  // Without a keyboard, too.
  await ann.settings.click();
  await ann.page.getByRole("button", { name: "Shortcuts" }).click();
  await expect(sheet).toBeVisible();
});

test("what is new stays new until one has read down to it, and one begins where one stopped", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  await ann.opens("Lobby");
  const long = (name: string) => [name, ...Array.from({ length: 40 }, (_, at) => `${at}`)].join("\n");
  for (const name of ["one", "two", "three"]) await bob.says(long(name));
  await expect(ann.room("Garden")).toHaveAccessibleName("Garden, 3 unread");
  const begins = ann.log.getByRole("heading", { name: "New" });
  const arrivals = {
    "what is held": () => ann.opens("Garden"),
    "a new page": () => ann.page.reload(),
    "what the node sends": async () => {
      await ann.opens("Lobby");
      await ann.page.reload();
      await ann.isConnected();
      await ann.opens("Garden");
    },
  };
  let unread = 3;
  for (const [from, arrive] of Object.entries(arrivals)) {
    await arrive();
    await expect(begins, from).toBeInViewport();
    await expect(ann.page.getByRole("button", { name: `Jump to newest, ${unread} new` }), from).toBeVisible();
    await bob.says(`after ${from}`);
    unread += 1;
    await expect(ann.room("Garden"), from).toHaveAccessibleName(`Garden, ${unread} unread`);
    await expect(begins, from).toBeInViewport();
  }
  await ann.page.getByRole("button", { name: /Jump to newest/ }).click();
  await expect(ann.room("Garden")).toHaveAccessibleName("Garden");
});

test("a room that is not here yet does not look empty", async ({ cluster, ann }) => {
  const line = await holds(ann, "open");
  await ann.joins(await cluster.startsOne());
  await ann.makesRoom("Garden");
  await ann.says("roses");
  await ann.seesSent("roses");
  await ann.page.goto(new URL("/rooms/lobby", ann.page.url()).href);
  await ann.isConnected();
  line.isHeld = true;
  await ann.opens("Garden");
  await expect(ann.log.getByText("Loading messages…")).toBeVisible();
  await expect(ann.log.getByText("Nothing here yet")).toHaveCount(0);
  line.goesOn();
  await ann.sees("roses");
  await expect(ann.log.getByText("Loading messages…")).toHaveCount(0);
});

test("a quote leads to its place in the room it is shown in", async ({ cluster, ann }) => {
  await ann.joins(await cluster.startsOne());
  await ann.makesRoom("Garden");
  await ann.says("roses?");
  await ann.seesSent("roses?");
  await ann.does("Reply", "roses?");
  await ann.says("roses!");
  const quote = ann.message("roses!").getByRole("link", { name: /roses\?/ });
  await expect(quote).toHaveAttribute("href", /^\/rooms\/garden\?at=\d+#/);
  await ann.opens("Lobby");
  await ann.opens("Garden");
  await expect(quote).toHaveAttribute("href", /^\/rooms\/garden\?at=\d+#/);
});

test("who writes while being put out says nothing elsewhere, and what was not stored is kept", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  const line = await holds(bob, "send");
  await ann.joins(node);
  await bob.joins(node);
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  line.isHeld = true;
  await bob.says("the treasure is under the oak");
  await bob.composer.pressSequentially("the key is un");
  await ann.page.getByRole("link", { name: "About this room" }).click();
  const row = ann.page.getByRole("listitem").filter({ hasText: "Bob" });
  await row.locator("summary").click();
  await row.getByRole("button", { name: "Put out", exact: true }).click();
  await bob.isIn("Lobby");
  await bob.page.keyboard.type("der the mat");
  await bob.page.keyboard.press("Enter");
  await expect(bob.composer).toHaveValue("");
  await expect(bob.log.getByRole("article")).toHaveCount(0);
  line.goesOn();
  await expect(bob.page.getByText(/^Not sent · .* the treasure is under the oak$/)).toBeVisible();
  await bob.joinsRoom("Garden");
  await expect(bob.composer).toHaveValue("the treasure is under the oak\nthe key is un");
});

test("a renamed room is called so for everybody at once", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
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

test("who is put out of a room is told why, and is somewhere else", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
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
