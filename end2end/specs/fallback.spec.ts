// What people see whose network lets no WebSocket through.
import { Proxy } from "../fixtures/proxy.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, test as base } from "../fixtures/test.ts";

/** On two addresses, so that no cookie of one is seen by the other. */
const test = base.extend<{ way: Proxy; otherWay: Proxy }>({
  way: async ({ cluster: _ }, use) => {
    const proxy = await Proxy.opens("127.0.0.1");
    await use(proxy);
    await proxy.closes();
  },
  otherWay: async ({ cluster: _ }, use) => {
    const proxy = await Proxy.opens("127.0.0.2");
    await use(proxy);
    await proxy.closes();
  },
});

// Browsers wait here for what is refused or cut.
test.describe.configure({ timeout: 90_000 });

/** The browser reports the sockets it is refused, and each stream that is cut. */
function expectsRefusals(...people: Person[]) {
  for (const person of people) person.expects(/WebSocket connection|ERR_|Failed to load resource/);
}

async function talkBothWays(ann: Person, bob: Person) {
  for (const line of ["one", "two", "three"]) {
    await ann.says(`${line}, Bob`);
    await bob.sees(`${line}, Bob`);
    await bob.says(`${line}, Ann`);
    await ann.sees(`${line}, Ann`);
  }
}

test("two people talk through a proxy that refuses WebSockets", async ({ cluster, way, ann, bob }) => {
  way.nodes = [await cluster.startsOne("--public-url", way.url)];
  expectsRefusals(ann, bob);
  await ann.joins(way);
  await bob.joins(way);
  await ann.seesOnline("Ann", "Bob");
  await bob.composer.pressSequentially("soon");
  await expect(ann.typing).toHaveText(/Bob is typing/);
  await talkBothWays(ann, bob);

  const { sockets } = way;
  await bob.page.reload();
  await bob.isConnected();
  expect(way.sockets, "known when the page is loaded again").toBe(sockets);
  await ann.says("still there?");
  await bob.sees("still there?");
  await expect(bob.log.getByRole("article")).toHaveCount(7);
  await bob.leaves();
  await ann.seesNotice("Bob left");
});

test("a proxy that never answers who wants a WebSocket costs one wait of five seconds", async ({ cluster, way, ann, bob }) => {
  way.nodes = [await cluster.startsOne("--public-url", way.url)];
  way.upgrades = "are not answered";
  expectsRefusals(ann, bob);
  for (const person of [ann, bob]) {
    await person.asksToJoin(way, person.name);
    await expect(person.page.locator(".chat-room")).toHaveAttribute("data-link", "open", { timeout: 15_000 });
  }
  await talkBothWays(ann, bob);
  await ann.page.reload();
  await ann.isConnected();
  await bob.says("welcome back");
  await ann.sees("welcome back");
});

test("nothing is lost through a proxy that cuts long answers", async ({ cluster, way, ann, bob }) => {
  way.nodes = [await cluster.startsOne("--public-url", way.url)];
  expectsRefusals(ann, bob);
  way.cutsAfter = 3_000;
  await ann.joins(way);
  await bob.joins(way);
  const lines: string[] = [];
  for (let nth = 1; way.streams < 10; nth++) {
    const [from, to] = nth % 2 ? [ann, bob] : [bob, ann];
    lines.push(`line ${nth}`);
    await from.says(`line ${nth}`);
    await to.sees(`line ${nth}`);
  }
  for (const person of [ann, bob]) {
    await person.seesSent(lines[lines.length - 1]);
    const seen = person.log.getByRole("article").locator(".message-body");
    await expect(seen).toHaveText(lines);
  }
});

test("two people talk through a balancer that sends each request to another node", { tag: "@two-nodes" }, async ({ cluster, way, ann, bob }) => {
  way.nodes = await cluster.startsTwo("--public-url", way.url);
  expectsRefusals(ann, bob);
  await ann.joins(way);
  await bob.joins(way);
  await talkBothWays(ann, bob);
  await ann.seesOnline("Ann", "Bob");
  await bob.page.reload();
  await bob.isConnected();
  await ann.says("on whatever node");
  await bob.sees("on whatever node");
  await expect(bob.log.getByRole("article")).toHaveCount(7);
});

test("people of a killed node carry on at the other one, which takes no WebSocket either", { tag: "@two-nodes" }, async ({ cluster, way, otherWay, ann, bob }) => {
  const [here, there] = await cluster.startsTwoAs(way.url, otherWay.url);
  [way.nodes, otherWay.nodes] = [[here], [there]];
  expectsRefusals(ann, bob);
  await bob.joins(otherWay);
  await ann.joins(way);
  await expect(async () => {
    // A page may connect to the nodes that were known when it was loaded; nodes hear of each other within a second.
    const page = await ann.page.reload();
    expect(page?.headers()["content-security-policy"]).toContain(otherWay.url);
  }).toPass();
  await ann.isConnected();
  await ann.says("one");
  await bob.sees("one");
  await here.isKilled();
  await bob.says("two");
  await ann.says("three");
  await expect(ann.message("three")).toHaveAttribute("data-state", "sent", { timeout: 30_000 });
  await bob.sees("three");
  await ann.sees("two");
  await expect(ann.log.getByRole("article")).toHaveCount(3);
  expect(otherWay.streams).toBeGreaterThan(1);
});
