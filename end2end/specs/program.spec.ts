// Two people and a program, on two nodes.
import { expect, test } from "../fixtures/test.ts";

test("a program tells a room, one person and everyone, and each finds it where it belongs", { tag: "@two-nodes" }, async ({ cluster, program, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
  const bot = await program(there, "Build bot");
  await bot.pushes({ room: "lobby" }, "Build 12 is **green**.");
  for (const person of [ann, bob]) {
    const line = person.log.getByRole("article", { name: /^Build bot,/ });
    await expect(line.getByText("green")).toBeVisible();
    await expect(line.getByRole("strong")).toHaveText("green");
  }
  const told = await bot.pushes({ user: await bot.idOf("Ann") }, "Your parcel is here.");
  expect(told.stored[0]?.reached).toMatchObject({ sessions: 1, later: 0 });
  await expect(ann.page.locator(".room-list .badge")).toHaveCount(1);
  await expect(bob.page.locator(".room-list .badge")).toHaveCount(0);
  await ann.rooms.getByRole("link", { name: /1 unread/ }).click();
  await ann.sees("Your parcel is here.");
  await bot.pushes({ everyone: true }, "We restart at six.");
  for (const person of [ann, bob]) {
    await person.rooms.getByRole("link", { name: "Notices, 1 unread" }).click();
    await person.sees("We restart at six.");
    await expect(person.composer, "nobody answers there").toBeHidden();
  }
});

test("what a program says is text, whatever it says", async ({ cluster, program, ann }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  const markup = "<script>document.title='owned'</script> <img src=x onerror=alert(1)>";
  const bot = await program(node, "<b>Bot</b>");
  await bot.pushes({ room: "lobby" }, markup);
  for (const reload of [false, true]) {
    if (reload) await ann.page.reload();
    await ann.sees(markup);
    await expect(ann.message(markup)).toHaveAccessibleName(/^<b>Bot<\/b>,/);
    await expect(ann.page).not.toHaveTitle(/owned/);
    await expect(ann.page.locator("img")).toHaveCount(0);
  }
});

test("a program sees who is online, and ends somebody's connections with a reason", { tag: "@two-nodes" }, async ({ cluster, program, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
  const bot = await program(here, "Watch");
  await expect
    .poll(async () => (await bot.gets<{ users: { name: string }[] }>("/api/v1/online")).users.map((user) => user.name).sort())
    .toEqual(["Ann", "Bob"]);
  await bot.kicks(await bot.idOf("Bob"), "Please load the page again.");
  await expect(bob.page.locator(".connection-banner")).toContainText("Please load the page again.");
  await bob.page.reload();
  await bob.isConnected();
  await ann.says("welcome back");
  await bob.sees("welcome back");
});

test("the reference of the API opens without any network but the node, and its examples are code", async ({ cluster, ann }) => {
  const node = await cluster.startsOne();
  const foreign: string[] = [];
  ann.page.on("request", (request) => {
    if (!request.url().startsWith(node.url)) foreign.push(request.url());
  });
  await ann.page.goto(`${node.url}/api`);
  await expect(ann.page.getByText(/^POST .*\/push$/)).toBeVisible();
  await expect(ann.page.getByRole("heading", { name: "Refusals" })).toBeVisible();
  await expect(ann.page.locator("main, .sheet").first()).not.toContainText("`");
  expect(foreign).toEqual([]);
});
