/* Draws what moves on the dispatcher's map, and keeps the page fresh. Needs map.js and its county. */
"use strict";

(function () {
  const { map, atlas, data, phone, placeNames, padding, move, popupOptions, setSheet } = window.coverageMap;
  const { element, symbol, tip, card, points, bindTip, numbers } = window.countyGeo;
  const { layer, svgIn } = atlas;
  const live = data.live;
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  const units = {};

  /* ---- the call, both ways, the units ---- */

  function course(leg) {
    let start = 0;
    const all = points(leg.yx);
    return numbers(leg.n).map((n) => all.slice(start, (start += n)));
  }

  function drawLegs() {
    const drawn = L.latLngBounds([]);
    live.legs.forEach((leg) => {
      const line = { renderer: svgIn("works"), color: leg.colour, opacity: 1, lineCap: "butt", lineJoin: "round" };
      const below = L.polyline(course(leg), { ...line, color: "#ffffff", weight: leg.casing, className: leg.layer });
      bindTip(below, () => tip(leg.name, []), { sticky: true });
      below.bindPopup(() => card({ name: leg.name, rows: [] }, data.words), popupOptions());
      layer(leg.layer).addLayer(below);
      layer(leg.layer).addLayer(L.polyline(course(leg), { ...line, interactive: false, weight: leg.weight, dashArray: leg.dash }));
      drawn.extend(below.getBounds());
    });
    return drawn;
  }

  function drawIncident() {
    const call = live.incident;
    if (!call) return;
    const marker = atlas.sign(call.at, {
      html: symbol("incident", "incident", call.name),
      className: "incident-icon",
      label: call.name,
      size: 34,
      rise: 3000,
      radius: 17,
      tipped: () => tip(call.name, call.tip),
      offset: -14,
      carded: call,
    });
    layer("incident").addLayer(marker);
    layer("incident").addLayer(atlas.nameMarker(call.name, call.at, 1.9, "place call", { gap: 17 }));
  }

  function drawUnits() {
    live.units.forEach((unit) => {
      const label = unit.name + data.words.comma + unit.state_text;
      const pin = element("div", "pin" + (unit.first ? " first" : ""));
      pin.style.setProperty("--fan", unit.fan[0] + "deg");
      pin.style.setProperty("--stem", unit.fan[1] + "px");
      pin.append(symbol("unit-" + unit.state, "unit", label));
      const marker = atlas.sign(unit.at, {
        html: pin,
        className: "unit-icon",
        label,
        size: 14,
        rise: unit.first ? 2500 : { busy: 1000, returning: 1500, idle: 2000 }[unit.state],
        radius: 12,
        tipped: () => tip(unit.name, unit.tip),
        offset: -26,
        carded: { ...unit, kind: unit.state_text },
      });
      units[unit.id] = marker;
      layer("unit-" + unit.state).addLayer(marker);
      layer("unit-" + unit.state).addLayer(atlas.nameMarker(unit.name, unit.at, unit.first ? 1.8 : 0.6, "place unit", { fromZoom: unit.first ? 0 : 11, gap: 9 }));
    });
  }

  function drawCover() {
    live.cover.forEach((held) => {
      const rays = points(held.yx).map((at) => [held.from, at]);
      layer("cover").addLayer(L.polyline(rays, { renderer: svgIn("works"), interactive: false, color: live.cover_colour, weight: 1, opacity: 0.45 }));
    });
  }

  function openUnit(id) {
    const marker = units[id];
    if (!marker) return;
    map.closePopup();
    if (phone.matches) setSheet(false);
    const box = document.querySelector("#layers input[value='unit-" + live.units.find((u) => u.id === id).state + "']");
    if (box && !box.checked) box.click();
    move(marker.getLatLng().toBounds(6000), 13, () => marker.openPopup());
  }

  function bindUnits() {
    document.querySelectorAll("tr[data-unit]").forEach((row) => {
      row.addEventListener("click", () => openUnit(row.dataset.unit));
    });
  }

  /* Where the call and both ways are seen as large as there is room. */
  function showCall(drawn) {
    drawn.extend(live.incident.at);
    map.fitBounds(drawn.pad(0.08), { ...padding(), maxZoom: 14, animate: false });
  }

  /* ---- what is kept when the page loads itself again ---- */

  const KEY = "dispatch " + location.pathname;
  const MARK = "button, summary, input, .leaflet-marker-icon[tabindex]";
  const nameOf = (node) => node.dataset.keep || node.id || node.value || node.getAttribute("aria-label") || node.textContent.trim();

  function recall() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY)) || {};
    } catch {
      return {};
    }
  }

  function keep() {
    const active = document.activeElement;
    const center = map.getCenter();
    const popped = Object.keys(units).find((id) => units[id].isPopupOpen());
    const state = {
      call: live.call,
      known_as: live.known_as,
      since,
      view: [center.lat, center.lng, map.getZoom()],
      size: [window.innerWidth, window.innerHeight],
      open: Object.fromEntries([...document.querySelectorAll("details[id]")].map((box) => [box.id, box.open])),
      layers: Object.fromEntries([...document.querySelectorAll("#layers input")].map((box) => [box.value, box.checked])),
      side: byId("side").classList.contains("open"),
      sheet: byId("panel").classList.contains("open"),
      scrolled: [byId("panel").scrollTop, byId("layers").scrollTop, byId("legend").scrollTop],
      focus: active && active.matches(MARK) ? nameOf(active) : "",
      popped: popped || "",
    };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      // where nothing may be kept, every picture opens anew
    }
  }

  function restore(state, drawn) {
    if (!state.view || state.call !== live.call) {
      if (live.incident) showCall(drawn);
      return;
    }
    document.querySelectorAll("#layers input").forEach((box) => {
      if (box.value in state.layers && box.checked !== state.layers[box.value]) box.click();
    });
    document.querySelectorAll("details[id]").forEach((box) => {
      if (box.id in state.open) box.open = state.open[box.id];
    });
    if (byId("side").classList.contains("open") !== state.side) byId("layers-button").click();
    setSheet(state.sheet);
    if (state.size[0] === window.innerWidth && state.size[1] === window.innerHeight) map.setView([state.view[0], state.view[1]], state.view[2], { animate: false });
    else if (live.incident) showCall(drawn);
    if (units[state.popped] && map.hasLayer(units[state.popped])) {
      units[state.popped].getPopup().options.autoPan = false;
      units[state.popped].openPopup();
      units[state.popped].getPopup().options.autoPan = true;
    }
    const focused = state.focus && [...document.querySelectorAll(MARK)].find((node) => nameOf(node) === state.focus);
    if (focused) focused.focus({ preventScroll: true });
    [byId("panel"), byId("layers"), byId("legend")].forEach((box, i) => (box.scrollTop = state.scrolled[i]));
  }

  /* ---- the picture's age, and the next one ---- */

  const TOO_OLD = 4; // intervals without another picture
  const LEAST_S = 30; // a file that is written every so often is no alarm
  const everyS = Math.max(live.refresh_s, 1); // a page needs a while to be drawn and read
  const kept = recall();
  const since = kept.known_as === live.known_as && kept.since ? kept.since : Date.now();
  let busy = false; // a finger or button is down
  let due = false;

  function ageText(seconds) {
    const words = live.words;
    return seconds < 120 ? words.age_s.replace("{n}", Math.max(Math.round(seconds), 0)) : words.age_min.replace("{n}", Math.round(seconds / 60));
  }

  /* By its own time, and by when it was first seen here: clocks of two computers need not agree. */
  function age() {
    const made = Date.parse(live.at);
    const seen = (Date.now() - since) / 1000;
    return Number.isNaN(made) ? seen : Math.max(seen, (Date.now() - made) / 1000);
  }

  /* Positions grow old with the picture. */
  function tellAges(seconds) {
    document.querySelectorAll("td[data-age]").forEach((cell) => (cell.textContent = ageText(Number(cell.dataset.age) + seconds)));
    live.units.forEach((unit) => {
      if (unit.age_s !== null) unit.rows[unit.age_row][1] = ageText(unit.age_s + seconds);
    });
  }

  function tellAge() {
    const seconds = age();
    const old = seconds > Math.max(TOO_OLD * everyS, LEAST_S);
    root.classList.toggle("stale", old);
    byId("age-now").textContent = live.words.fresh.replace("{n}", Math.round(everyS * 10) / 10).replace("{age}", ageText(seconds));
    byId("old").hidden = !old;
    tellAges(seconds);
    const text = live.words.old.replace("{age}", ageText(seconds));
    if (old && byId("old").textContent !== text) byId("old").textContent = text;
  }

  function renew() {
    due = true;
    if (busy || document.hidden || root.classList.contains("printing")) return;
    due = false; // asked for twice, a slow page would begin anew again and again
    keep();
    location.reload();
  }

  function watch() {
    tellAge();
    setInterval(tellAge, 1000);
    setTimeout(renew, everyS * 1000);
    setInterval(() => due && renew(), 500);
    window.addEventListener("pointerdown", () => (busy = true), true);
    ["pointerup", "pointercancel"].forEach((name) => window.addEventListener(name, () => (busy = false), true));
    window.addEventListener("blur", () => (busy = false)); // the window's own: whoever leaves it lets go
  }

  /* ---- together ---- */

  const drawn = drawLegs();
  drawCover();
  drawUnits();
  drawIncident();
  bindUnits();
  if (live.refresh_s) restore(kept, drawn);
  else if (live.incident) showCall(drawn);
  placeNames();
  if (live.refresh_s) {
    window.addEventListener("pagehide", keep);
    watch();
  }
  window.coverageLive = { renew };
  root.classList.add("live");
})();
