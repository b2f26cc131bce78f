import AxeBuilder from "@axe-core/playwright";
import { fillRoom } from "../fixtures/log.ts";
import { type Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

/** Nothing serious for people who use the page with other means than eyes and a mouse. */
async function isAccessible(person: Person) {
  const { violations } = await new AxeBuilder({ page: person.page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing serious, ${colorScheme}`, async ({ cluster, bring, bob }) => {
    const node = await cluster.startsOne();
    const ann = await bring("Ann", { colorScheme });
    await ann.page.goto(node.url);
    await isAccessible(ann);
    await ann.joins(node);
    await bob.joins(node);
    await ann.seesNotice("Bob joined");
    await ann.says("a line of my own");
    await bob.says("and one of somebody else");
    await ann.sees("and one of somebody else");
    await isAccessible(ann);
  });
}

test("on a phone, people are a drawer and nothing is wider than the screen", async ({ cluster, bring, bob }) => {
  const node = await cluster.startsOne();
  await fillRoom(node, 30);
  const ann = await bring("Ann", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await ann.joins(node);
  await bob.joins(node);
  await ann.says(`a long word: ${"w".repeat(300)}`);
  await bob.says("hello, phone");
  await ann.sees("hello, phone");
  const width = await ann.page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);

  await expect(ann.people).toBeHidden();
  await ann.page.getByRole("button", { name: "People online, 2" }).click();
  await ann.seesOnline("Ann", "Bob");
  await isAccessible(ann);
  await ann.page.keyboard.press("Escape");
  await expect(ann.people).toBeHidden();
  await ann.composer.fill("still at hand");
  await expect(ann.page.getByRole("button", { name: "Send" })).toBeInViewport();
});

test("on a phone, rooms are a drawer that opens and closes, and leads from room to room", async ({ cluster, bring }) => {
  const node = await cluster.startsOne();
  const ann = await bring("Ann", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await ann.joins(node);
  await expect(ann.rooms).toBeHidden();
  const toggle = ann.page.getByRole("link", { name: "Rooms" });
  await toggle.click();
  await expect(ann.rooms).toBeVisible();
  await expect(ann.rooms.getByRole("link", { name: "Close" })).toBeFocused();
  await isAccessible(ann);
  await ann.page.keyboard.press("Escape");
  await expect(ann.rooms).toBeHidden();
  await expect(toggle).toBeFocused();
  await toggle.click();
  await ann.makesRoom("Garden");
  await toggle.click();
  await ann.room("Lobby").click();
  await expect(ann.page.getByRole("heading", { level: 1 })).toHaveText("#Lobby");
  await expect(ann.rooms).toBeHidden();
  expect(await ann.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test("axe finds nothing serious where one answers, reacts and looks for somebody", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await bob.says("a question, @Ann");
  await ann.does("React with 👍", "a question, @Ann");
  await ann.does("Reply", "a question, @Ann");
  await ann.composer.pressSequentially("yes @b");
  await expect(ann.page.getByRole("listbox")).toBeVisible();
  await isAccessible(ann);
  await ann.composer.press("Escape");
  await ann.page.keyboard.press("Control+k");
  await expect(ann.page.getByRole("dialog")).toBeVisible();
  await isAccessible(ann);
});

test("Chinese by the browser's language, English by choice", async ({ cluster, bring }) => {
  const node = await cluster.startsOne();
  const lei = await bring("李雷", { locale: "zh-CN" });
  await lei.page.goto(node.url);
  await expect(lei.page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await lei.page.getByRole("textbox", { name: "你的名字" }).fill(lei.name);
  await lei.page.getByRole("button", { name: "加入" }).click();
  await lei.isConnected();
  await lei.page.getByRole("textbox", { name: "消息内容" }).fill("你好，世界");
  await lei.page.getByRole("button", { name: "发送" }).click();
  await expect(lei.page.getByRole("log", { name: "消息" }).getByText("你好，世界", { exact: true })).toBeVisible();
  await expect(lei.page.getByRole("complementary", { name: "在线成员" })).toContainText("在线 · 1");

  await lei.settings.click();
  await lei.page.getByRole("button", { name: "English" }).click();
  await expect(lei.composer).toBeVisible();
  await expect(lei.page.locator("html")).toHaveAttribute("lang", "en");
  await lei.page.reload();
  await lei.isConnected();
  await lei.sees("你好，世界");
});

test("the theme one chose holds over a reload", async ({ cluster, ann }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  const ink = () => ann.page.evaluate(() => getComputedStyle(document.body).color);
  const light = await ink();
  await ann.settings.click();
  await ann.page.getByRole("button", { name: "Dark" }).click();
  await expect.poll(ink).not.toBe(light);
  const dark = await ink();
  await ann.page.reload();
  await ann.isConnected();
  expect(await ink()).toBe(dark);
});

test("all of it works by keyboard alone", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await bob.joins(node);
  await ann.page.goto(node.url);
  const name = ann.page.getByRole("textbox", { name: "Your name" });
  await tabsTo(ann, name);
  await ann.page.keyboard.type("Ann");
  await ann.page.keyboard.press("Enter");
  await ann.isConnected();

  // The first stop in the room is the way to the message box.
  await ann.page.reload();
  await ann.isConnected();
  const skip = ann.page.getByRole("link", { name: "Skip to the message box" });
  await tabsTo(ann, skip);
  await ann.page.keyboard.press("Enter");
  await expect(ann.composer).toBeFocused();
  await ann.page.keyboard.type("no mouse here");
  await ann.page.keyboard.press("Enter");
  await bob.sees("no mouse here");
  await expect(ann.composer).toBeFocused();

  await tabsTo(ann, ann.settings);
  await ann.page.keyboard.press("Enter");
  await tabsTo(ann, ann.page.getByRole("button", { name: "Leave" }));
  await ann.page.keyboard.press("Enter");
  await expect(name).toBeVisible();
});

/** Presses Tab until `target` has the focus: a keyboard reaches it. */
async function tabsTo(person: Person, target: ReturnType<Person["page"]["locator"]>) {
  for (let stops = 0; stops < 40; stops++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await person.page.keyboard.press("Tab");
  }
  await expect(target).toBeFocused();
}

test("the finder keeps the keyboard while it is open, and gives it back where it was", async ({ cluster, ann }) => {
  await ann.joins(await cluster.startsOne());
  const finder = ann.page.getByRole("combobox", { name: "Go to a room or a person" });
  const opens = ann.page.getByRole("button", { name: "Go to a room or a person" });
  await opens.focus();
  await ann.page.keyboard.press("Enter");
  await expect(finder).toBeFocused();
  for (const key of ["Tab", "Shift+Tab"]) {
    await ann.page.keyboard.press(key);
    await expect(finder, key).toBeFocused();
  }
  await ann.page.keyboard.press("Escape");
  await expect(finder).toHaveCount(0);
  await expect(opens).toBeFocused();
});
