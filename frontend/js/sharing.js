// Taking an answer along: the clipboard, files, a command line.
"use strict";

// Outside of secure places (plain HTTP from another machine) there is no clipboard object.
async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = element("textarea", { value: text, className: "unseen" });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  return area.remove();
}

function download(name, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function curlCommand(name, fields) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const options = Object.entries(fields).map(([key, value]) => `-F ${quoted(`${key}=${value}`)} `);
  // curl itself reads quotes and backslashes in a file's name.
  const path = name.replace(/["\\]/g, "\\$&");
  const key = api.key() && '-H "X-API-Key: $KINORA_API_KEY" ';
  return `curl ${key}${options.join("")}-F ${quoted(`file=@"${path}"`)} ${api.address()}${fields.timeline ? "/jobs" : "/predict"}`;
}

// The answer without its pictures, which would make it unreadable.
function plainJson(answer) {
  const { explanation, preview, ...rest } = answer;
  return JSON.stringify(rest, null, 2);
}

function segmentsAsCsv(segments) {
  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = segments.map((s) => [s.start_s, s.end_s, quoted(s.action), s.confidence].join(","));
  return ["start_s,end_s,action,confidence", ...rows, ""].join("\n");
}

function segmentsAsVtt(segments) {
  const stamp = (seconds) => new Date(Math.round(seconds * 1000)).toISOString().slice(11, 23);
  const text = (action) => action.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const cues = segments.map((s) =>
    `${stamp(s.start_s)} --> ${stamp(s.end_s)}\n${text(s.action)} ${s.confidence.toFixed(1)} %\n`);
  return ["WEBVTT\n", ...cues].join("\n");
}
