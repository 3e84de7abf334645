// Runs beside @segment/analytics-node: `node send_node.mjs HOST KEY COUNT`.
import { createRequire } from "node:module";

const [folder, host, key, count] = process.argv.slice(2);
const { Analytics } = createRequire(`${folder}/package.json`)("@segment/analytics-node");
const analytics = new Analytics({ writeKey: key, host, flushAt: 10, flushInterval: 200, maxRetries: 20 });
let failures = 0;
analytics.on("error", () => (failures += 1));
analytics.identify({ userId: "member-1", traits: { email: "mali@example.com" } });
analytics.alias({ userId: "member-1", previousId: "visitor-1" });
analytics.group({ userId: "member-1", groupId: "g-1", traits: { name: "Mali Co" } });
analytics.page({ userId: "member-1", name: "Home" });
analytics.screen({ userId: "member-1", name: "Start" });
console.log("started");
for (let number = 0; number < Number(count); number += 1) {
  analytics.track({ userId: `member-${number % 7}`, event: "Product Viewed", properties: { sku: `A-${number}` } });
  if (Number(count) > 100) await new Promise((done) => setTimeout(done, 2));
}
await analytics.closeAndFlush({ timeout: 60000 });
console.log("failures", failures);
process.exit(failures ? 1 : 0);
