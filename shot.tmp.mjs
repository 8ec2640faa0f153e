import { chromium } from "playwright-core";
const [,, file = "/tmp/gallery.html", out = "/tmp/g", width = "960"] = process.argv;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const colorScheme of ["light", "dark"]) {
  const page = await browser.newPage({ viewport: { width: Number(width), height: 1300 }, colorScheme });
  await page.goto("file://" + file);
  const h = await page.evaluate(() => document.documentElement.scrollHeight);
  let i = 0;
  for (let y = 0; y < h; y += 1300) { await page.screenshot({ path: `${out}-${colorScheme}-${i++}.png`, clip: { x: 0, y, width: Number(width), height: Math.min(1300, h - y) }, fullPage: true }); }
  console.log(colorScheme, h, i);
}
await browser.close();
