// What a page cannot say in HTML. Everything works without this file; it makes things quicker and kinder.
"use strict";

const root = document.documentElement;
root.classList.add("js");

const year = 365 * 24 * 3600;
const remember = (name, value) => {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${value ? year : 0}; SameSite=Lax${secure}`;
};

const say = (sentence) => {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  setTimeout(() => (announcer.textContent = sentence), 50);
};

// --- The teammate's own time zone: the server renders dates in it.

remember("tz", Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");

// --- Theme: system, light or dark. The cookie lets the server set it before the first paint.

const theme = () => root.dataset.theme || "system";

const showTheme = () => {
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeToggle === theme()));
  }
};

const setTheme = (name) => {
  if (name === "system") delete root.dataset.theme;
  else root.dataset.theme = name;
  remember("theme", name === "system" ? "" : name);
  showTheme();
};

showTheme();

// --- The links beside a page may be more than fit: the one that is open is in sight

const openLink = document.querySelector(".aside [aria-current]");
if (openLink) {
  const aside = openLink.closest(".aside");
  aside.scrollLeft = openLink.offsetLeft - aside.offsetLeft - (aside.clientWidth - openLink.offsetWidth) / 2;
  aside.scrollTop = openLink.offsetTop - aside.offsetTop - (aside.clientHeight - openLink.offsetHeight) / 2;
}

// --- Copying

const copy = async (text, button) => {
  try {
    return await navigator.clipboard.writeText(text);
  } catch {
    // without https, or without leave, the old way is left
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  button.after(area); // beside the button: a dialog keeps the focus inside itself
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  button.focus();
  if (!done) throw new Error("refused");
};

const copyFrom = async (button) => {
  try {
    await copy(button.dataset.copy, button);
    say("Copied");
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 1500);
  } catch {
    flashError("The browser did not let us copy. Select the text and copy it by hand.");
  }
};

// --- Messages

// What is outside an open dialog cannot be reached, so its messages stand in it.
const messagePlace = () => document.querySelector("dialog[open]") || document.getElementById("flash");

const flashError = (sentence) => {
  const flash = document.getElementById("flash-error").content.firstElementChild.cloneNode(true);
  flash.querySelector("span").textContent = sentence;
  messagePlace().append(flash);
};

const fadeLater = (flash) => {
  if (flash.matches?.(".flash.success, .flash.info")) setTimeout(() => fade(flash), 7000);
};

const fade = (flash) => {
  if (flash.matches(":hover, :focus-within")) setTimeout(() => fade(flash), 2000);
  else flash.remove();
};

const flashes = document.getElementById("flash");
if (flashes) {
  for (const flash of flashes.children) fadeLater(flash);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(fadeLater))).observe(flashes, {
    childList: true,
  });
}

// --- Menus and popovers made of <details>

const openPanels = () => document.querySelectorAll("details:is(.menu, .popover)[open]");

const closePanels = (except) => {
  for (const panel of openPanels()) if (!panel.contains(except)) panel.open = false;
};

// --- Pictures that do not load give way to the initials behind them

const giveWay = (picture) => picture.matches?.(".avatar img") && picture.remove();

document.addEventListener("error", (event) => giveWay(event.target), true);
for (const picture of document.images) if (picture.complete && !picture.naturalWidth) giveWay(picture);

// --- Clicks

document.addEventListener("click", (event) => {
  closePanels(event.target);
  const on = (selector) => event.target.closest(selector);

  if (on("[data-copy]")) copyFrom(on("[data-copy]"));
  if (on("[data-theme-toggle]")) setTheme(on("[data-theme-toggle]").dataset.themeToggle);
  if (on("[data-dismiss]")) on(".flash").remove();
  if (on("[data-close]") && on("dialog")) {
    event.preventDefault(); // without a dialog it is a link back to the page
    on("dialog").close();
  }
  if (event.target.matches("dialog.dialog")) event.target.close(); // the dimmed page behind it
});

// --- Keys

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const panel = event.target.closest("details:is(.menu, .popover)[open]") || openPanels()[0];
    if (panel) {
      panel.open = false;
      panel.querySelector("summary").focus();
      return;
    }
    const cancel = event.target.closest("form")?.querySelector("[data-cancel]");
    if (cancel) {
      event.preventDefault();
      cancel.click();
    }
  }
  if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey)) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
});

const searchKey = document.querySelector("[data-search-key]");
if (searchKey && /Mac|iPhone|iPad/.test(navigator.platform)) searchKey.textContent = "⌘K";

// --- A value in a form in place is ready to be typed over

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-select]")) event.target.select?.();
});

// --- A form in place saves when it is left, as it does on Enter; left unchanged, it closes.

const isChanged = (form) =>
  [...form.elements].some((field) => {
    if (field.type === "hidden" || field.type === "submit" || field.type === "button") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) {
      const stood = [...field.options].filter((option) => option.defaultSelected);
      const chosen = [...field.options].filter((option) => option.selected);
      return String(chosen.map((o) => o.value)) !== String((stood.length ? stood : [field.options[0]]).map((o) => o?.value));
    }
    return field.value !== field.defaultValue;
  });

document.addEventListener("focusout", (event) => {
  const form = event.target.closest("form[data-save-on-leave]");
  if (!form || dialogOpens || form.contains(event.relatedTarget)) return;
  setTimeout(() => {
    const isLeft = form.isConnected && document.hasFocus() && !form.contains(document.activeElement);
    if (!isLeft || form.matches(".htmx-request") || form.querySelector(".htmx-request")) return;
    if (isChanged(form)) form.requestSubmit();
    else if (!form.querySelector("[aria-invalid='true'], .error, .errorlist")) form.querySelector("[data-cancel]")?.click();
  }, 150);
});

// --- htmx: the focus stays where the hand was

const places = new WeakMap(); // request → where the hand was when its answer came
const besides = new WeakSet(); // requests whose answer came while the hand was elsewhere
let opener; // where the hand was when the dialog was asked for
let dialogOpens = false; // it takes the focus from a form that nobody left

const placeOf = (element) => {
  const ids = [];
  for (let at = element.closest("[id]"); at; at = at.parentElement?.closest("[id]")) ids.push(at.id);
  return { ids, href: element.getAttribute("href") };
};

const controls = "a[href], button, input:not([type='hidden']), select, textarea, summary";

// What had the focus is gone: go on in what took the place of the nearest thing around it that has a name.
const focusAt = ({ ids, href }) => {
  const home = ids.map((id) => document.getElementById(id)).find(Boolean);
  if (!home || home.matches("body, main")) return;
  const sameLink = href ? `a[href="${CSS.escape(href)}"]` : "[autofocus]";
  for (const wanted of ["[autofocus]", "[aria-invalid='true']", sameLink, "[data-focus]", controls]) {
    const found = [home, ...home.querySelectorAll(wanted)].find(
      (element) => element.matches(wanted) && !element.disabled && element.checkVisibility(),
    );
    if (found) return found.focus();
  }
  home.focus();
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, requestConfig, serverResponse } = event.detail;
  const hand = document.activeElement;
  if (hand && hand !== document.body) {
    places.set(xhr, placeOf(hand));
    if (target?.id !== "dialog" && ![target, requestConfig.elt].some((near) => near?.contains(hand))) besides.add(xhr);
  }
  if (isProblem(serverResponse)) showProblem(event.detail);
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!besides.has(event.detail.xhr)) return;
  // htmx would focus these next: a late answer must not take the keyboard from whoever types somewhere else
  for (const field of event.target.querySelectorAll("[autofocus]")) field.removeAttribute("autofocus");
  const error = event.target.querySelector("form .error");
  if (error) say(error.textContent.trim());
});

document.addEventListener("htmx:afterSettle", (event) => {
  const { target, xhr } = event.detail;
  if (target?.id === "dialog" && target.childElementCount && !target.open) {
    opener = places.get(xhr);
    dialogOpens = true;
    target.showModal();
    dialogOpens = false;
  }
  const place = places.get(xhr);
  places.delete(xhr);
  // once for an answer, however many parts it has, and when all of them stand
  if (place) queueMicrotask(() => document.activeElement === document.body && focusAt(place));
});

// --- htmx: who is led to another page has done what was asked; a second click does not do it again

let isLeaving = false;
document.addEventListener("htmx:beforeOnLoad", (event) => {
  isLeaving ||= Boolean(event.detail.xhr.getResponseHeader("HX-Redirect"));
});
document.addEventListener("htmx:beforeRequest", (event) => isLeaving && event.preventDefault());
window.addEventListener("pageshow", () => (isLeaving = false));

// The browser gives the focus back; not where the page was swapped behind the dialog.
document.addEventListener(
  "close",
  ({ target }) => {
    const hand = document.activeElement;
    if (target.id === "dialog" && opener && (hand === document.body || target.contains(hand))) focusAt(opener);
  },
  true,
);

document.addEventListener("dialog-close", () => document.getElementById("dialog")?.close());

// --- htmx: a refusal comes as a message in place of what was asked for; an answer that does not come is said

const isProblem = (answer) => /^\s*<div class="flash error"[^>]* data-problem>/.test(answer);

const showProblem = (swap) => {
  swap.target = messagePlace();
  swap.swapOverride = "beforeend";
  swap.shouldSwap = true;
  swap.isError = false;
};

// Nobody asked for the dots and the bell: the next ones come by themselves.
const isByItself = (event) => ["presence", "bell"].includes(event.detail.elt?.id);

document.addEventListener("htmx:sendError", (event) => {
  if (!isByItself(event)) flashError("The server did not answer. Check the connection and try again.");
});
document.addEventListener("htmx:timeout", (event) => isByItself(event) || flashError("The server took too long to answer. Try again."));
document.addEventListener("htmx:responseError", (event) => {
  if (isByItself(event) && event.detail.xhr.status !== 401) return;
  const { status } = event.detail.xhr;
  if (status === 401) location.reload(); // signed out meanwhile: the page itself leads to sign-in
  else if (status === 403) flashError("Your role does not allow this, or the page is too old. Load the page again.");
  else if (status === 404) flashError("This is gone: it was deleted or archived meanwhile. Load the page again.");
  else if (status === 429) flashError("Too many requests. Wait a moment and try again.");
  else if (status >= 500) flashError("Something went wrong on the server. Nothing may have been saved; try again.");
  else flashError("The server refused this request. Load the page again.");
});
