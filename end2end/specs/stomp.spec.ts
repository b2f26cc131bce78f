// What people see whose page was written for the usual Spring chat-room demonstrations.
import { Demo, DemoPerson, type Transport } from "../fixtures/demo.ts";
import { expect, test as base } from "../fixtures/test.ts";

/** Brings somebody to the demonstration's page, in a browser context of their own. */
type Meets = () => Promise<DemoPerson>;

const test = base.extend<{ demo: Demo; meet: Meets }>({
  demo: async ({ cluster: _ }, use) => {
    const demo = await Demo.opens();
    await use(demo);
    await demo.ends();
  },
  meet: async ({ browser, demo: _ }, use) => {
    const met: DemoPerson[] = [];
    await use(async () => {
      const context = await browser.newContext();
      const person = new DemoPerson(await context.newPage());
      met.push(person);
      return person;
    });
    for (const person of met) expect(person.complaints).toEqual([]);
  },
});

// As long as a busy machine needs for a page, two nodes and a Redis.
test.describe.configure({ timeout: 90_000 });

const transports: Transport[] = ["websocket", "sockjs", "xhr-streaming", "xhr-polling"];

for (const transport of transports) {
  test(`a demonstration's page talks with the page here over ${transport}, from another node`, { tag: "@two-nodes" }, async ({ cluster, demo, meet, ann }) => {
    const [here, there] = await cluster.startsTwo("--allow-origin", demo.origin);
    await ann.joins(here);
    const bob = await meet();
    await bob.joins(demo.page(there.url, transport), "Bob");
    await ann.seesOnline("Ann", "Bob");
    for (const line of ["one", "two", "three"]) {
      await ann.says(`${line}, Bob`);
      await bob.sees(`Ann: ${line}, Bob`);
      await bob.says(`${line}, Ann`);
      await ann.sees(`${line}, Ann`);
      await bob.sees(`Bob: ${line}, Ann`);
    }
    const said = ["one", "two", "three"].flatMap((line) => [`Ann: ${line}, Bob`, `Bob: ${line}, Ann`]);
    await expect(bob.lines.filter({ hasText: ": " })).toHaveText(said);
    await ann.leaves();
    await bob.sees("Ann left!");
  });
}

test("two people of the demonstration talk on two nodes, and alone", { tag: "@two-nodes" }, async ({ cluster, demo, meet }) => {
  const [here, there] = await cluster.startsTwo("--allow-origin", demo.origin);
  const [ann, bob, cyd] = [await meet(), await meet(), await meet()];
  await ann.joins(demo.page(here.url, "sockjs"), "Ann");
  await bob.joins(demo.page(there.url, "xhr-streaming"), "Bob");
  await cyd.joins(demo.page(there.url, "websocket"), "Cyd");
  await ann.sees("Bob joined!");
  await ann.sees("Cyd joined!");
  await ann.says("@bob only you");
  await bob.sees("Ann: only you");
  await bob.says("@Ann yes");
  await ann.sees("Bob: yes");
  await ann.says("hello all");
  for (const person of [ann, bob, cyd]) await person.sees("Ann: hello all");
  await expect(cyd.lines.filter({ hasText: ": " })).toHaveText(["Ann: hello all"]);
});

test("the demonstration's people behind nginx talk without WebSockets, each at one node", { tag: "@two-nodes" }, async ({ cluster, demo, meet, ann }) => {
  const { nginx } = await cluster.startsTwoBehindNginx(["--allow-origin", demo.origin]);
  await ann.joins(nginx);
  const [bob, cyd] = [await meet(), await meet()];
  await bob.joins(demo.page(nginx.url, "xhr-streaming"), "Bob");
  await cyd.joins(demo.page(nginx.url, "xhr-polling"), "Cyd");
  await ann.seesOnline("Ann", "Bob", "Cyd");
  for (const line of ["one", "two", "three"]) {
    for (const person of [bob, cyd]) await person.says(line);
    for (const person of [bob, cyd]) {
      await person.sees(`Bob: ${line}`);
      await person.sees(`Cyd: ${line}`);
    }
  }
  await ann.says("all of it");
  for (const person of [bob, cyd]) await person.sees("Ann: all of it");
  await expect(ann.log.getByRole("article")).toHaveCount(7);
});

test("a taken name is told on the page, and another one is taken", async ({ cluster, demo, meet, ann }) => {
  const node = await cluster.startsOne("--allow-origin", demo.origin);
  await ann.joins(node);
  const bob = await meet();
  await bob.opens(demo.page(node.url, "sockjs"));
  await bob.asks("Ann");
  await bob.sees("Confab: Somebody else has this name, or one that looks the same. Choose another.");
  await bob.asks("Bob");
  await bob.sees("Bob joined!");
});

test("who loads the page again comes in under the same name", async ({ cluster, demo, meet, ann }) => {
  const node = await cluster.startsOne("--allow-origin", demo.origin);
  await ann.joins(node);
  const bob = await meet();
  const page = demo.page(node.url, "sockjs");
  await bob.joins(page, "Bob");
  await ann.seesOnline("Ann", "Bob");
  await expect(async () => {
    // The connection before has to be seen as ended first.
    await bob.opens(page);
    await bob.asks("Bob");
    await expect(bob.lines.filter({ hasText: "Bob joined!" })).toHaveCount(1, { timeout: 2_000 });
  }).toPass();
  await bob.says("here again");
  await ann.sees("here again");
});

test("a page of an origin that is not allowed is not let in", async ({ cluster, demo, meet }) => {
  const node = await cluster.startsOne();
  const bob = await meet();
  await bob.opens(demo.page(node.url, "sockjs"));
  await bob.asks("Bob");
  await expect.poll(() => bob.complaints.some((line) => line.includes("CORS"))).toBe(true);
  await expect(bob.state).not.toHaveText("Connected");
  bob.complaints.length = 0;
});
