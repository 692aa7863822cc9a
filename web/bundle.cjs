// Puts the page's script and style together and writes them as C++:
// bundle.cjs OUT.cc DEPFILE, with NODE_PATH where the packages are.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const esbuild = require("esbuild");

const LINE = 2000;  // bytes of a literal's line

function licences(inputs) {
  const folders = new Set(Object.keys(inputs)
    .map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
    .filter(Boolean));
  return [...folders].sort().map((folder) => {
    const root = path.resolve(folder);
    const { name, version } = require(path.join(root, "package.json"));
    const text = fs.readFileSync(path.join(root, "LICENSE"), "utf8");
    return `${name} ${version}\n\n${text.trim()}`;
  });
}

// Alike but for the name: told once.
function banner(inputs) {
  const told = licences(inputs).join(`\n\n${"-".repeat(78)}\n\n`);
  if (/\*\/|<\/|<!--/.test(told))
    throw new Error("a licence would end the comment or the element it is in");
  return `/*\n${told}\n*/\n`;
}

function literal(text) {
  const lines = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += LINE)
    lines.push(`"${[...bytes.subarray(at, at + LINE)].map((byte) => {
      if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
      // Three digits: a digit that follows is none of it. ? could be a trigraph.
      if (byte < 0x20 || byte > 0x7e || byte === 0x3f)
        return `\\${byte.toString(8).padStart(3, "0")}`;
      return String.fromCharCode(byte);
    }).join("")}"`);
  return lines.join("\n    ");
}

const hash = (text) =>
  `sha256-${createHash("sha256").update(text).digest("base64")}`;

const [out, depfile] = process.argv.slice(2);
const built = esbuild.buildSync({
  entryPoints: [path.join(__dirname, "main.js")],
  bundle: true,
  charset: "ascii",
  format: "iife",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  minify: true,
  nodePaths: (process.env.NODE_PATH ?? "").split(path.delimiter),
  outdir: "page",
  target: "es2021",
  write: false,
});
const part = (ending) =>
  built.outputFiles.find((file) => file.path.endsWith(ending)).text;
const script = banner(built.metafile.inputs) + part(".js");
const style = part(".css");
if (/<\/(script|style)|<!--/i.test(script + style))
  throw new Error("the bundle would end the element that it is in");

fs.writeFileSync(out, `// Made by web/bundle.cjs.
#include "harness/report/page_assets.h"

namespace tidemark {
namespace {

constexpr std::string_view kScript =
    ${literal(script)};

constexpr std::string_view kStyle =
    ${literal(style)};

}  // namespace

const PageAssets& page_assets() {
  static constexpr PageAssets kAssets{
      kScript, kStyle, "${hash(script)}",
      "${hash(style)}"};
  return kAssets;
}

}  // namespace tidemark
`);
const inputs = Object.keys(built.metafile.inputs)
  .map((input) => path.resolve(input).replace(/ /g, "\\ "));
fs.writeFileSync(depfile, `${out}: ${inputs.join(" ")}\n`);
