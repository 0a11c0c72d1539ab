// Numbers and times as people read them.
"use strict";

// 92.45 -> "92.5 %"; 99.96 -> "99.9 %", since it is not all. The space does not break.
function percent(value) {
  return `${(value < 100 ? Math.min(value, 99.9) : value).toFixed(1)}\u00a0%`;
}

// 83.26 -> "1:23.3"; 3671 -> "1:01:11".
function clock(seconds) {
  const tenths = Math.round(seconds * 10);
  const [hours, minutes] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60];
  const rest = (tenths % 600) / 10;
  if (hours) return `${hours}:${String(minutes).padStart(2, "0")}:${String(Math.floor(rest)).padStart(2, "0")}`;
  return `${minutes}:${rest.toFixed(1).padStart(4, "0")}`;
}

// 812.4 -> "812 ms"; 4210 -> "4.2 s".
function took(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)}\u00a0ms` : `${(milliseconds / 1000).toFixed(1)}\u00a0s`;
}

function size(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function moment(date) {
  const isToday = new Date(date).toDateString() === new Date().toDateString();
  const style = isToday ? { timeStyle: "short" } : { dateStyle: "medium" };
  return new Intl.DateTimeFormat(undefined, style).format(date);
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
