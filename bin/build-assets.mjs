// Compile static/src/*.scss into static/build and lay the typeface's files beside it.
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "static", "src");
const build = join(root, "static", "build");
const fonts = join(build, "fonts");
const family = "atkinson-hyperlegible-next";
mkdirSync(fonts, { recursive: true });

const notSheets = new Set(["tokens.scss"]);
for (const name of readdirSync(source)) {
  if (!name.endsWith(".scss") || name.startsWith("_") || notSheets.has(name)) continue;
  const { css } = sass.compile(join(source, name), {
    importers: [new sass.NodePackageImporter(root)],
    quietDeps: true,
    style: "compressed",
  });
  writeFileSync(join(build, `${basename(name, ".scss")}.css`), css);
}

const variable = ["wght-normal", "wght-italic"].map((style) => ["@fontsource-variable", style]);
const fixed = ["400-normal", "400-italic", "600-normal", "700-normal", "800-normal"].map((style) => ["@fontsource", style]);
for (const [scope, style] of [...variable, ...fixed]) {
  for (const subset of ["latin", "latin-ext"]) {
    const file = `${family}-${subset}-${style}.woff2`;
    copyFileSync(join(root, "node_modules", scope, family, "files", file), join(fonts, file));
  }
}
