// Keeps an open page fresh. Everything here is an addition: without it the page is as fresh as its last loading.
(() => {
  "use strict";

  const events = document.body.dataset.events;
  const live = document.getElementById("live");
  const said = document.getElementById("said");
  // A page that hears nothing looks for itself: ages grow, and a message may have been lost.
  const LOOK_EVERY = 30000;

  const connected = (yes) => {
    if (!live) return;
    live.hidden = false;
    live.classList.toggle("off", !yes);
    live.textContent = yes ? live.dataset.on : live.dataset.off;
  };

  // What somebody is writing in, or has opened to write in, is left alone.
  const inUse = (part) =>
    part.contains(document.activeElement) && document.activeElement.matches("textarea, input, summary, button")
    || Array.from(part.querySelectorAll('textarea, input[type="text"]')).some((field) => field.value !== "");

  const replace = (old, fresh) => {
    if (old.dataset.keep !== undefined && old.dataset.keep === fresh.dataset.keep) return;
    if (old.isEqualNode(fresh) || inUse(old)) return;
    for (const open of old.querySelectorAll("details[open][id]")) {
      const same = fresh.querySelector("#" + CSS.escape(open.id));
      if (same) same.open = true;
    }
    const spoken = fresh.dataset.says;
    if (said && spoken && spoken !== old.dataset.says) said.textContent = spoken;
    stop(old);
    old.replaceWith(fresh);
    start(fresh);
  };

  let looking = false;
  let again = false;
  const look = async () => {
    if (looking) { again = true; return; }
    looking = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      if (!answer.ok) { connected(false); return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.title = fresh.title;
      const main = document.getElementById("content");
      for (const part of fresh.querySelectorAll("[data-live][id]")) {
        const old = document.getElementById(part.id);
        if (old) replace(old, document.adoptNode(part)); else main.append(document.adoptNode(part));
      }
      connected(true);
    } catch {
      connected(false);
    } finally {
      looking = false;
      if (again) { again = false; soon(); }
    }
  };

  let timer;
  const soon = () => { clearTimeout(timer); timer = setTimeout(look, 150); };

  // Logs
  const followed = new Map();
  const follow = (pre) => {
    const source = new EventSource(pre.dataset.log);
    const button = document.createElement("button");
    let paused = false;
    button.type = "button";
    button.textContent = pre.dataset.pause;
    button.addEventListener("click", () => {
      paused = !paused;
      button.textContent = paused ? pre.dataset.resume : pre.dataset.pause;
      if (!paused) pre.scrollTop = pre.scrollHeight;
    });
    pre.after(button);
    pre.scrollTop = pre.scrollHeight;
    source.addEventListener("log", (event) => {
      const atEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 40;
      pre.append(JSON.parse(event.data).text);
      if (atEnd && !paused) pre.scrollTop = pre.scrollHeight;
    });
    source.addEventListener("end", () => { source.close(); button.remove(); soon(); });
    followed.set(pre, { source, button });
  };
  const start = (part) => { for (const pre of part.querySelectorAll("pre[data-log]")) follow(pre); };
  const stop = (part) => {
    for (const pre of part.querySelectorAll("pre[data-log]")) {
      followed.get(pre)?.source.close();
      followed.delete(pre);
    }
  };
  start(document);

  if (!events) return;
  const source = new EventSource(events);
  source.addEventListener("open", () => connected(true));
  source.addEventListener("error", () => connected(false));
  source.addEventListener("change", soon);
  setInterval(() => { if (!document.hidden) soon(); }, LOOK_EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
})();
