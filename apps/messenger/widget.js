/* The script behind the snippet: who is on the page is told to the people platform, and nothing is shown.
 *
 *   window.intercomSettings = {app_id, api_base, user_id, email, …}     boots by itself
 *   Intercom('boot' | 'update' | 'trackEvent' | 'shutdown' | …)         calls made before it loaded are replayed
 *
 * It needs nothing else, evaluates nothing and styles nothing, so it runs under a strict Content-Security-Policy. What
 * goes wrong here never reaches the page: at most the console says so. Requests go out one after the other, so that an
 * event never overtakes the ping that says whose it is; what is left when the page goes is sent by beacon.
 */
(function (window, document) {
  "use strict";

  var stub = window.Intercom;
  if (stub && stub.loaded) { return; }

  var HEARTBEAT = 30e3;                // milliseconds, like all spans but the cookie's (PRES-01)
  var MOST_UPDATES = 20, WITHIN = 18e5; // updates of one page load (MSG-17)
  var KEPT = 270 * 86400;              // seconds a visitor's cookie lives: nine months (IDN-23)
  var MOST_WAITING = 100, TRIES = 4, PATIENCE = 30e3, LONGEST_HOLD = 36e5;
  var SETTLES = 200;                   // until a page that was changed by a script has its title
  var LONGEST_ALIVE = 15000;           // characters; browsers let 64 kB outlive a page
  var LONGEST_TEXT = 2000;
  var PROOF = ["user_id", "email", "user_hash", "intercom_user_jwt"];
  var UTM = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

  var script = document.currentScript;
  var source = script && script.src ? script.src.split(/[?#]/)[0] : "";

  var settings = null, me = null, era = 0, wasShut = false, isReattached = false;
  var seenAt = "", settling = 0, updates = [], early = [], listeners = {};
  var queue = [], current = null, holdUntil = 0, quietUntil = 0, holding = 0, beat = 0;

  function warn(sentence) {
    if (window.console) { window.console.warn("Intercom: " + sentence); }
  }

  /* The page's own code must never meet an error of ours. */
  function guarded(work) {
    return function () {
      try { return work.apply(this, arguments); } catch (error) { warn(error); }
    };
  }

  function later(work, wait) { return window.setTimeout(guarded(work), wait); }

  function isBlank(value) { return value === undefined || value === null || value === ""; }

  function copy(from, into) {
    Object.keys(from).forEach(function (key) { if (from[key] !== undefined) { into[key] = from[key]; } });
    return into;
  }

  function pick(from, keys) {
    var picked = {};
    keys.forEach(function (key) { if (!isBlank(from[key])) { picked[key] = from[key]; } });
    return picked;
  }

  // ---- the visitor's cookie ----------------------------------------------------------------------------------------

  var memory = {}, domain; // a page in a sandbox has no cookies

  function read(name) {
    try {
      return decodeURIComponent((("; " + document.cookie).split("; " + name + "=")[1] || "").split(";")[0]);
    } catch (error) { return ""; }
  }

  function put(name, value, seconds, where) {
    var secure = window.location.protocol === "https:" ? "; Secure" : "";
    try {
      document.cookie = name + "=" + value + "; path=/; SameSite=Lax; max-age=" + seconds + where + secure;
    } catch (error) { /* memory has it */ }
  }

  /* From the widest domain down to this host alone. */
  function domains() {
    var parts = window.location.hostname.split("."), wide = [];
    for (var first = parts.length - 2; first >= 0; first--) { wide.push("; domain=" + parts.slice(first).join(".")); }
    return wide.concat("");
  }

  /* The widest domain that takes a cookie, so that the visitor of www. is the visitor of app. */
  function widest() {
    domains().forEach(function (where) {
      if (domain !== undefined) { return; }
      put("intercom-probe", "1", 60, where);
      if (read("intercom-probe")) { domain = where; }
      put("intercom-probe", "", 0, where);
    });
    domain = domain || "";
    return domain;
  }

  function random() {
    var bytes = window.crypto.getRandomValues(new Uint8Array(16)), hex = "";
    for (var i = 0; i < 16; i++) { hex += (bytes[i] + 256).toString(16).slice(1); }
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  function visitor() {
    var name = "intercom-id-" + app(), id = read(name) || memory[name] || "";
    if (!/^[\w-]{8,64}$/.test(id)) { id = random(); }
    memory[name] = id;
    put(name, id, KEPT, widest());
    return id;
  }

  function forget() {
    ["intercom-id-" + app(), "intercom-session-" + app()].forEach(function (name) {
      delete memory[name];
      domains().forEach(function (where) { put(name, "", 0, where); });
    });
  }

  // ---- where to ----------------------------------------------------------------------------------------------------

  function app() {
    return String((settings && settings.app_id) || source.replace(/\/+$/, "").split("/").pop().replace(/\.js$/, ""));
  }

  /* The address that the snippet names; else where this script came from. Snippets made for Intercom, and its npm
   * package always, name Intercom's own: nothing of what is said here is meant for it. */
  function address(path) {
    var base = String((settings && settings.api_base) || "");
    if (base && !/^(https?:)?\/*([^\/]*\.)?intercom\.(io|com)([:\/]|$)/i.test(base)) {
      return (/^https?:/i.test(base) ? "" : "https://") + base.replace(/^\/+|\/+$/g, "") + "/messenger/web/" + path;
    }
    var standard = /^(.*)\/widget\/[^\/]+\/?$/.exec(source);
    return standard ? standard[1] + "/messenger/web/" + path : source.replace(/[^\/]*$/, "") + path;
  }

  // ---- sending, one after the other --------------------------------------------------------------------------------

  /* options: `once` for what is not worth a second try, `answered` for who wants the answer. */
  function send(path, said, options) {
    if (queue.length >= MOST_WAITING) { warn("too much is waiting to be sent; this is left out: " + path); return; }
    var body = copy(said, { app_id: app(), anonymous_id: visitor() });
    queue.push({
      url: address(path), text: JSON.stringify(body), tries: 0, era: era,
      once: options && options.once, answered: options && options.answered
    });
    next();
  }

  function post(sent) {
    var stop = window.AbortController && new window.AbortController();
    if (stop) { later(function () { stop.abort(); }, PATIENCE); }
    return window.fetch(sent.url, {
      method: "POST", body: sent.text, credentials: "omit", keepalive: sent.text.length < LONGEST_ALIVE,
      headers: { "Content-Type": "text/plain" }, // needs no preflight
      signal: stop ? stop.signal : undefined
    });
  }

  function next() {
    if (current || !queue.length) { return; }
    var wait = holdUntil - Date.now();
    if (wait > 0) {
      holding = holding || later(function () { holding = 0; next(); }, wait);
      return;
    }
    var sent = current = queue[0];
    Promise.resolve(sent).then(post).then(function (answer) {
      if (answer.status === 429 || answer.status >= 500) { return again(sent, answer.headers.get("Retry-After")); }
      return answer.text().then(function (text) { told(sent, answer, text); });
    }).catch(function () { again(sent); });
  }

  function told(sent, answer, text) {
    done(sent);
    guarded(function () {
      var said = text && JSON.parse(text);
      if (!answer.ok) { warn(said ? said.errors[0].message : "answered " + answer.status); return; }
      if (sent.answered && said && sent.era === era) { sent.answered(said); }
    })();
  }

  function done(sent) {
    if (queue[0] === sent) { queue.shift(); }
    if (current === sent) { current = null; }
    next();
  }

  /* Not before the server said, and not all browsers at the same moment. */
  function again(sent, after) {
    sent.tries += 1;
    var asked = Number(after) > 0, wait = 1000 * (asked ? Number(after) : Math.pow(2, sent.tries));
    holdUntil = Date.now() + Math.min(wait, LONGEST_HOLD) + 500 * Math.random();
    if (asked) { quietUntil = holdUntil; }
    if (sent.once || sent.tries >= TRIES) { done(sent); return; }
    if (current === sent) { current = null; }
    next();
  }

  /* What is under way outlives the page by itself. A server that asked for quiet is left alone. */
  function leave() {
    var mayNot = !window.navigator.sendBeacon || quietUntil > Date.now();
    queue.splice(0).forEach(function (sent) {
      if (sent !== current && !sent.once && !mayNot) { window.navigator.sendBeacon(sent.url, sent.text); }
    });
  }

  // ---- what is told ------------------------------------------------------------------------------------------------

  /* The page's address; what stands behind # only where it is a page of its own. */
  function here() {
    var hash = window.location.hash;
    return window.location.href.split("#")[0] + (/^#!?\//.test(hash) ? hash : "");
  }

  /* Never within an emoji. */
  function clip(text) { return String(text || "").slice(0, LONGEST_TEXT).replace(/[\ud800-\udbff]$/, ""); }

  function utm() {
    var asked = new window.URLSearchParams(window.location.search), said = {};
    UTM.forEach(function (name) { if (asked.get(name)) { said[name] = clip(asked.get(name)); } });
    return said;
  }

  function ping() {
    seenAt = here();
    send("ping", {
      user_data: settings, language: window.navigator.language, utm: utm(),
      page: { url: clip(seenAt), title: clip(settings.page_title || document.title), referrer: clip(document.referrer) }
    }, { answered: function (answer) { me = answer.user; } });
  }

  function heartbeat() {
    var waits = queue.some(function (sent) { return sent.once; });
    if (settings && !waits) { send("heartbeat", { user_data: pick(settings, PROOF) }, { once: true }); }
  }

  /* Every 30 seconds while somebody can see the page; at once when it comes to sight. */
  function breathe() {
    window.clearInterval(beat);
    beat = 0;
    if (!settings || document.visibilityState === "hidden") { return; }
    heartbeat();
    beat = window.setInterval(guarded(heartbeat), HEARTBEAT);
  }

  function track(event) {
    send("events", copy({ user_data: pick(settings, PROOF) }, copy(event, {})));
  }

  // ---- pages that a script changes ---------------------------------------------------------------------------------

  function moved() {
    settling = settling || later(function () {
      settling = 0;
      if (settings && seenAt !== here()) { ping(); }
    }, SETTLES);
  }

  function path() {
    var parts = here().split("#");
    return parts[0].split("?")[0] + (parts[1] || "");
  }

  function watch(name, then) {
    var before = window.history[name];
    window.history[name] = function () {
      var from = path(), result = before.apply(this, arguments);
      guarded(then)(from);
      return result;
    };
  }

  /* Notes that a page takes in its own address, such as a search while it is typed, lead to no other page. */
  function replaced(from) {
    if (from !== path()) { moved(); } else if (!settling) { seenAt = here(); }
  }

  // ---- what a page may call ----------------------------------------------------------------------------------------

  function differs(more, before, key) {
    return !isBlank(more[key]) && !isBlank(before[key]) && String(more[key]) !== String(before[key]);
  }

  /* As it is now, whatever the page does to it. What cannot be written, as it holds itself, is left out alone. */
  function plain(said) {
    var kept = {};
    Object.keys(said).forEach(function (key) {
      try {
        var text = JSON.stringify(said[key], function (_, value) {
          return typeof value === "bigint" ? String(value) : value;
        });
        if (text) { kept[key] = JSON.parse(text); }
      } catch (error) { warn(key + " is left out: " + error); }
    });
    return kept;
  }

  /* Whether it is known where to send. Somebody else's values are not carried over to who is named now. */
  function merge(said) {
    var more = (said && typeof said === "object" ? said : window.intercomSettings) || {}, before = settings || {};
    if (differs(more, before, "user_id") || (isBlank(before.user_id) && differs(more, before, "email"))) {
      before = pick(before, ["app_id", "api_base"]);
      me = null;
      era += 1;
    }
    settings = plain(copy(more, copy(before, {})));
    if (app() && address("")) { return true; }
    settings = null;
    warn("app_id or api_base is missing, so nothing is sent.");
    return false;
  }

  function begin() {
    Intercom.booted = true;
    ping();
    early.splice(0).forEach(track);
    breathe();
  }

  function isSaid(before) { return before === JSON.stringify(settings) && seenAt === here(); }

  var methods = {
    boot: function (more) {
      var before = settings && JSON.stringify(settings);
      settings = null;
      if (!merge(more) || isSaid(before)) { return; }
      era += 1;
      me = null;
      begin();
    },
    update: function (more) {
      var before = settings && JSON.stringify(settings), isAgain = isReattached, since = Date.now() - WITHIN;
      isReattached = false;
      if (!settings && wasShut && !more) { return; } // nobody is meant
      if (!merge(more)) { return; }
      if (!before) { begin(); return; }
      if (isAgain && isSaid(before)) { return; } // the snippet ran once more, as it does each time a component renders
      updates = updates.filter(function (at) { return at > since; });
      if (updates.length >= MOST_UPDATES) { warn("more than 20 updates in 30 minutes; the next ping says it."); return; }
      updates.push(Date.now());
      ping();
    },
    trackEvent: function (name, metadata) {
      var event = { event_name: name, metadata: metadata || {}, created_at: Math.floor(Date.now() / 1000) };
      if (settings) { track(event); } else if (!wasShut && early.length < MOST_WAITING) { early.push(event); }
    },
    shutdown: function () {
      if (app()) { forget(); }
      settings = me = null;
      era += 1;
      wasShut = true;
      Intercom.booted = false;
      breathe();
    },
    /* Ours: a visitor left an email in one of the page's own forms and becomes a lead. */
    convert: function (said) {
      if (!settings || Object.keys(pick(settings, PROOF)).length) { return; } // who has a name is a user already
      send("lead", pick(said || {}, ["email", "name"]), { answered: function (answer) {
        me = answer.user;
        (listeners.onUserEmailSupplied || []).forEach(function (callback) { guarded(callback)(); });
      } });
    },
    getVisitorId: function () { return settings ? visitor() : undefined; },
    whoami: function () { return settings ? { app_id: app(), anonymous_id: visitor(), user: me } : undefined; },
    reattach_activator: function () { isReattached = true; }
  };

  ["onUserEmailSupplied", "onShow", "onHide", "onUnreadCountChange"].forEach(function (name) {
    methods[name] = function (callback) {
      if (typeof callback === "function") { (listeners[name] = listeners[name] || []).push(callback); }
    };
  });

  var call = guarded(function (name) {
    var method = Object.prototype.hasOwnProperty.call(methods, name) ? methods[name] : null;
    return method ? method.apply(null, Array.prototype.slice.call(arguments, 1)) : undefined;
  });

  // ---- from here on ------------------------------------------------------------------------------------------------

  var calls = Array.prototype.slice.call((stub && stub.q) || []).filter(Boolean), isStarted = false;

  function Intercom() {
    if (!isStarted) { calls.push(arguments); return undefined; }
    return call.apply(null, arguments);
  }

  function start() {
    isStarted = true;
    watch("pushState", moved);
    watch("replaceState", replaced);
    window.addEventListener("popstate", guarded(moved));
    window.addEventListener("hashchange", guarded(moved));
    window.addEventListener("pagehide", guarded(leave));
    window.addEventListener("pageshow", guarded(function (event) { if (event.persisted && settings) { ping(); } }));
    document.addEventListener("visibilitychange", guarded(breathe));
    var isBooted = calls.some(function (said) { return said[0] === "boot"; });
    if (window.intercomSettings && !isBooted) { call("boot", window.intercomSettings); }
    calls.splice(0).forEach(guarded(function (said) { call.apply(null, said); }));
  }

  Intercom.loaded = true;
  Intercom.booted = false;
  window.Intercom = Intercom;
  // a page that the browser prepares in case somebody goes there has no visitor yet
  if (document.prerendering) {
    document.addEventListener("prerenderingchange", guarded(start), { once: true });
  } else { guarded(start)(); }
})(window, document);
