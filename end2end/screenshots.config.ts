import tests from "./playwright.config.ts";

// Makes the README's pictures from the release build: npm --prefix end2end run screenshots
export default { ...tests, testDir: "screenshots", testMatch: "take.ts", timeout: 60_000 };
