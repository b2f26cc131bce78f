// The README's pictures, of this build.
import type { BrowserContextOptions } from "@playwright/test";
import type { Node } from "../fixtures/node.ts";
import type { Person } from "../fixtures/person.ts";
import { type Brings, expect, test } from "../fixtures/test.ts";

const DESKTOP = { width: 1200, height: 760 };
const PHONE = { width: 390, height: 760 };

const TALK: [string, string][] = [
  ["Ines", "Morning! The new pump is in, pressure looks steady since seven."],
  ["Tomas", "Nice. Any noise from the old valve?"],
  ["Ines", "None. I wrote down the readings:"],
  ["Ines", "07:00  2.1 bar\n08:00  2.1 bar\n09:00  2.0 bar"],
  ["Tomas", "That is better than the data sheet promises."],
  ["Mei", "Shall we open the second line today, or give it one more night?"],
  ["Tomas", "One more night. If it holds until tomorrow, we open it after breakfast."],
  ["Ines", "Agreed. I am here until five anyway."],
  ["Mei", "Good. Then I tell the greenhouse to expect water tomorrow at nine."],
];

const TALK_ZH: [string, string][] = [
  ["李雷", "早上好！新水泵装好了，从七点起压力一直很稳。"],
  ["韩梅", "太好了。旧阀门还响吗？"],
  ["李雷", "不响了。读数如下："],
  ["李雷", "07:00  2.1 bar\n08:00  2.1 bar"],
  ["韩梅", "那我们明天早上再开第二条管线。"],
  ["李雷", "同意，我五点前都在。"],
];

/** Brings in the talk's people, who say their lines in turn; returns the first one, who looks at it. */
async function talks(node: Node, bring: Brings, talk: [string, string][], look: BrowserContextOptions): Promise<Person> {
  const people = new Map<string, Person>();
  for (const [name] of talk) {
    if (people.has(name)) continue;
    const person = await bring(name, people.size === 0 ? look : {});
    await enters(person, node);
    people.set(name, person);
  }
  const [viewer] = [...people.values()];
  for (const [name, body] of talk) {
    const speaker = people.get(name);
    if (!speaker) throw new Error(`${name} is not there`);
    await speaker.page.locator("textarea").fill(body);
    await speaker.page.locator("textarea").press("Enter");
    await expect(viewer.page.locator(".message-body").last()).toHaveText(body, { useInnerText: true });
  }
  await expect(viewer.page.locator('.message[data-state="pending"]')).toHaveCount(0);
  return viewer;
}

/** Joins whatever language the page speaks. */
async function enters(person: Person, node: Node) {
  const form = { name: person.name, next: "/rooms/lobby" };
  await person.page.context().request.post(`${node.url}/join`, { form });
  await person.page.goto(`${node.url}/rooms/lobby`);
  await person.isConnected();
}

async function takes(person: Person, name: string) {
  await person.page.screenshot({ path: `${import.meta.dirname}/${name}.png`, animations: "disabled" });
}

test("room, light", async ({ cluster, bring }) => {
  const viewer = await talks(await cluster.startsOne(), bring, TALK, { viewport: DESKTOP, colorScheme: "light" });
  await takes(viewer, "room-light");
});

test("room, dark", async ({ cluster, bring }) => {
  const viewer = await talks(await cluster.startsOne(), bring, TALK, { viewport: DESKTOP, colorScheme: "dark" });
  await takes(viewer, "room-dark");
});

test("room on a phone, and its people", async ({ cluster, bring }) => {
  const look = { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  const viewer = await talks(await cluster.startsOne(), bring, TALK, look);
  await takes(viewer, "phone");
  await viewer.page.getByRole("button", { name: /People online/ }).click();
  await expect(viewer.people).toBeVisible();
  await takes(viewer, "phone-people");
});

test("room in Chinese", async ({ cluster, bring }) => {
  const look = { viewport: DESKTOP, locale: "zh-CN" };
  const viewer = await talks(await cluster.startsOne(), bring, TALK_ZH, look);
  await takes(viewer, "chinese");
});

test("join page", async ({ cluster, bring }) => {
  const node = await cluster.startsOne();
  const ann = await bring("Ann", { viewport: DESKTOP });
  await ann.page.goto(node.url);
  await takes(ann, "join");
});
