// The README's pictures, of this build.
import type { BrowserContextOptions } from "@playwright/test";
import type { Node } from "../fixtures/node.ts";
import type { Person } from "../fixtures/person.ts";
import { type Brings, expect, test } from "../fixtures/test.ts";

const DESKTOP = { width: 1200, height: 760 };
const PHONE = { width: 390, height: 760 };
const ON_A_PHONE = { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const TALK: [string, string][] = [
  ["Ines", "Morning! The new pump is in, pressure looks steady since seven."],
  ["Tomas", "Nice. Any noise from the old valve?"],
  ["Ines", "None. I wrote down the readings:"],
  ["Ines", "07:00  2.1 bar\n08:00  2.1 bar\n09:00  2.0 bar"],
  ["Mei", "Shall we open the second line today, or give it one more night?"],
  ["Tomas", "One more night. If it holds until tomorrow, we open it after breakfast."],
  ["Mei", "Good. @Ines, you have the key?"],
];

const TALK_ZH: [string, string][] = [
  ["李雷", "早上好！新水泵装好了，从七点起压力一直很稳。"],
  ["韩梅", "太好了。旧阀门还响吗？"],
  ["李雷", "不响了。读数如下："],
  ["李雷", "07:00  2.1 bar\n08:00  2.1 bar"],
  ["韩梅", "那我们明天早上再开第二条管线。"],
  ["李雷", "同意，我五点前都在。"],
];

/** Brings in the talk's people, who say their lines in turn; the first one looks at it. */
async function talks(node: Node, bring: Brings, talk: [string, string][], look: BrowserContextOptions, room = "lobby") {
  const people = new Map<string, Person>();
  for (const [name] of talk) {
    if (people.has(name)) continue;
    const person = await bring(name, people.size === 0 ? look : {});
    await enters(person, node, room);
    people.set(name, person);
  }
  const [viewer] = [...people.values()];
  for (const [name, body] of talk) {
    const speaker = people.get(name);
    if (!speaker) throw new Error(`${name} is not there`);
    await speaker.page.locator("#message").fill(body);
    await speaker.page.locator("#message").press("Enter");
    await expect(viewer.page.locator(".message-body").last()).toHaveText(body, { useInnerText: true });
  }
  await expect(viewer.page.locator('.message[data-state="pending"]')).toHaveCount(0);
  return { viewer, people };
}

/** Joins whatever language the page speaks, and goes to the room, which is made if there is none. */
async function enters(person: Person, node: Node, room: string) {
  const posts = (path: string, form: Record<string, string>) => person.page.context().request.post(`${node.url}${path}`, { form });
  await posts("/join", { name: person.name, next: "/rooms/lobby" });
  if (room !== "lobby") await posts(`/rooms/${room}/join`, {});
  await person.page.goto(`${node.url}/rooms/${room}`);
  await person.isConnected();
}

/** A room with a talk, an answer, reactions, and something unread in two other places. */
async function busyRoom(node: Node, bring: Brings, look: BrowserContextOptions): Promise<Person> {
  const maker = await bring("Ada");
  await maker.joins(node);
  for (const [name, topic] of [["Greenhouse", "Water, light, and who has the key"], ["Friday lunch", ""], ["Harvest", ""]]) {
    const kind = name === "Harvest" ? "private" : "public";
    await maker.page.context().request.post(`${node.url}/rooms/new`, { form: { cid: `make-${name.slice(0, 3)}`, name, topic, kind } });
  }
  const { viewer, people } = await talks(node, bring, TALK, look, "greenhouse");
  const [tomas, mei] = [people.get("Tomas"), people.get("Mei")];
  if (!tomas || !mei) throw new Error("they are there");
  await tomas.does("Reply", "Good. @Ines, you have the key?");
  await tomas.says("It hangs by the door.");
  await tomas.does("React with 🎉", TALK[0][1]);
  await mei.does("React with 🎉", TALK[0][1]);
  await mei.does("React with 👍", TALK[5][1]);
  await viewer.page.context().request.post(`${node.url}/rooms/friday-lunch/join`, { form: {} });
  await maker.page.goto(`${node.url}/rooms/friday-lunch`);
  await maker.isConnected();
  for (const body of ["Soup or noodles?", "Noodles it is."]) await maker.says(body);
  await mei.page.goto(`${node.url}/rooms/lobby`);
  await mei.isConnected();
  await mei.talksTo(viewer.name);
  await mei.says("Thank you for this morning!");
  await expect(viewer.page.getByText("Tell you about messages for you")).toBeVisible();
  await viewer.page.getByRole("button", { name: "No", exact: true }).click();
  await viewer.sees("It hangs by the door.");
  await expect(viewer.page.locator(".reaction")).toHaveCount(2);
  await expect(viewer.page.locator(".badge")).not.toHaveCount(0);
  await viewer.page.mouse.move(0, 0);
  return viewer;
}

async function takes(person: Person, name: string) {
  await person.page.screenshot({ path: `${import.meta.dirname}/${name}.png`, animations: "disabled" });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`room, ${colorScheme}`, async ({ cluster, bring }) => {
    const viewer = await busyRoom(await cluster.startsOne(), bring, { viewport: DESKTOP, colorScheme });
    await viewer.message(TALK[5][1]).hover();
    await takes(viewer, `room-${colorScheme}`);
    await viewer.settings.click();
    await takes(viewer, `settings-${colorScheme}`);
  });

  test(`direct talk, ${colorScheme}`, async ({ cluster, bring }) => {
    const node = await cluster.startsOne();
    const ines = await bring("Ines", { viewport: DESKTOP, colorScheme });
    const mei = await bring("Mei");
    for (const person of [ines, mei]) await person.joins(node);
    await ines.talksTo("Mei");
    await ines.says("Did the seedlings come?");
    await mei.opens("Ines");
    await mei.says("This morning, all of them 🌱");
    await mei.says("I put them in the shade for today.");
    await ines.sees("I put them in the shade for today.");
    await ines.does("React with ❤️", "This morning, all of them 🌱");
    await ines.says("Wonderful. I come by at three.");
    await mei.sees("Wonderful. I come by at three.");
    await ines.page.mouse.move(0, 0);
    await takes(ines, `direct-${colorScheme}`);
  });
}

test("room on a phone, its rooms and its people", async ({ cluster, bring }) => {
  const viewer = await busyRoom(await cluster.startsOne(), bring, ON_A_PHONE);
  await takes(viewer, "phone");
  await viewer.page.getByRole("link", { name: /^Rooms/ }).click();
  await expect(viewer.rooms).toBeVisible();
  await takes(viewer, "phone-rooms");
  await viewer.page.keyboard.press("Escape");
  await viewer.page.getByRole("button", { name: /People online/ }).click();
  await expect(viewer.people).toBeVisible();
  await takes(viewer, "phone-people");
});

test("room in Chinese", async ({ cluster, bring }) => {
  const look = { viewport: DESKTOP, locale: "zh-CN" };
  const { viewer } = await talks(await cluster.startsOne(), bring, TALK_ZH, look);
  await takes(viewer, "chinese");
});

test("join page", async ({ cluster, bring }) => {
  const node = await cluster.startsOne();
  const ann = await bring("Ann", { viewport: DESKTOP });
  await ann.page.goto(node.url);
  await takes(ann, "join");
});
