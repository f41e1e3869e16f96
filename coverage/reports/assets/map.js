/* Draws the county's map from the page's data block. Needs Leaflet and geo.js; loads nothing. */
"use strict";

(function () {
  const geo = window.countyGeo;
  const { element, symbol, tip, card, points } = geo;
  const data = JSON.parse(document.getElementById("map-data").textContent);
  const words = data.words;
  const byId = (id) => document.getElementById(id);
  const panel = byId("panel");
  const side = byId("side");
  const foot = byId("foot");
  const phone = window.matchMedia("(max-width: 600px)");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let before = null; // what to go back to after a print

  /* An analysis has one side; a proposal has the county after and, in `data.before`, before it. */
  const sides = { after: data };
  if (data.before) {
    sides.before = { ...data.before, townships: data.before.townships.map((t, i) => ({ ...data.townships[i], was: "", ...t })) };
  }
  const parts = { after: {}, before: {} }; // what each side has on its layers
  const townships = { after: {}, before: {} };
  let now = "after"; // the side that is shown

  /* ---- the map ---- */

  const map = L.map(document.querySelector(".folium-map"), {
    attributionControl: false,
    zoomControl: false,
    zoomSnap: data.tiles.length ? 1 : 0.1,
    minZoom: 6,
    maxZoom: 18,
    zoomAnimation: !calm.matches,
    fadeAnimation: false,
  });
  if (calm.matches) map.panBy = (offset) => L.Map.prototype.panBy.call(map, offset, { animate: false });
  const zoom = L.control.zoom({
    position: phone.matches ? "topleft" : "bottomright",
    zoomInTitle: words.zoom_in,
    zoomOutTitle: words.zoom_out,
  });
  const scale = L.control.scale({ imperial: false, maxWidth: 140, position: phone.matches ? "bottomleft" : "bottomright" });
  scale.addTo(map);
  zoom.addTo(map);

  const atlas = geo.atlas(map, data, { popup: popupOptions });
  const { layer, layers, svgIn } = atlas;
  const placeNames = () => atlas.placeNames([panel, side]);

  /* What is around the panel, in pixels: the county is shown in the room that is left. */
  function margins() {
    const box = map.getContainer().getBoundingClientRect();
    const shown = (node) => node.getClientRects().length > 0;
    if (phone.matches && !document.documentElement.classList.contains("printing")) {
      return { topLeft: [14, 56], bottomRight: [14, box.bottom - panel.getBoundingClientRect().top + 12] };
    }
    const left = panel.getBoundingClientRect().right - box.left + 18;
    const right = shown(side) ? box.right - side.getBoundingClientRect().left + 18 : 18;
    const bottom = shown(foot) ? Math.max(box.bottom - foot.getBoundingClientRect().top, 0) : 0;
    return { topLeft: [left, 18], bottomRight: [right, bottom + 18] };
  }

  function padding() {
    const m = margins();
    return { paddingTopLeft: m.topLeft, paddingBottomRight: m.bottomRight };
  }

  let opening = null; // the view on the whole county, as long as nobody has moved away from it

  function showCounty() {
    map.fitBounds(data.view, { ...padding(), animate: false });
    opening = map.getCenter().toString() + map.getZoom();
  }

  function keepCounty() {
    if (!before && opening === map.getCenter().toString() + map.getZoom()) showCounty();
    placeNames();
  }

  /* ---- layers ---- */

  function put(where, name, thing) {
    (parts[where][name] || (parts[where][name] = [])).push(thing);
  }

  /* Show one side: every layer keeps its box in the layer control and changes what it holds. */
  function showSide(where) {
    now = where;
    document.documentElement.dataset.side = where;
    const every = new Set(Object.values(parts).flatMap((part) => Object.keys(part)));
    every.forEach((name) => {
      const group = layer(name);
      group.clearLayers();
      (parts[where][name] || []).forEach((thing) => group.addLayer(thing));
    });
  }

  function drawAreas(where) {
    sides[where].areas.forEach((area) => put(where, area.layer, atlas.areaShape(area)));
  }

  function drawTownships(where) {
    sides[where].townships.forEach((t, i) => {
      const shape = atlas.townshipShape(t, i);
      geo.bindTip(shape, () => tip(t.name, t.tip, t.verdict), { sticky: true });
      shape.on("click", (event) => openCard(t, event.latlng));
      townships[where][t.id] = { ...t, bounds: shape.getBounds() };
      put(where, "verdict", shape);
      put(where, "names", atlas.nameMarker(t.name, t.at, 2 + t.weight, "town", { verdict: t.verdict, was: t.was }));
    });
  }

  function drawCatchments() {
    (data.catchments || []).forEach((c) => {
      layer("catchments").addLayer(
        L.polygon(geo.polygon(c.shape), {
          renderer: svgIn("outlines"),
          interactive: false,
          color: "#4b2e83",
          weight: 2,
          dashArray: "7 4",
          fillColor: "#4b2e83",
          fillOpacity: 0.05,
        })
      );
      layer("catchments").addLayer(atlas.nameMarker(c.name, c.at, 1, "catchment"));
    });
  }

  const MAX_RAYS = 400; // beyond, lines from a site to those it adds would hide the county

  function drawDots(where) {
    sides[where].dots.forEach((group) => {
      const places = points(group.yx);
      if (group.from && places.length <= MAX_RAYS) {
        const rays = places.map((at) => [group.from, at]);
        put(where, group.layer, L.polyline(rays, { renderer: svgIn("dots"), interactive: false, color: group.colour, weight: 1.2, opacity: 0.7 }));
      }
      places.forEach((at, i) => {
        put(where, group.layer, atlas.dot(at, group.radius[i], group.colour, group.name[i], group.tip[i]));
      });
    });
  }

  function drawFacilities(where) {
    sides[where].facilities.forEach((f) => {
      put(where, f.layer, atlas.facility(f));
      put(where, f.layer, atlas.nameMarker(f.name, f.at, f.base ? 0.5 : 0, "place", { fromZoom: 11.6 }));
    });
  }

  /* Proposed sites: their kind's symbol inside a ring, with the rank beside it. Before the plan there is
     the ring alone, and what stands there today shows through it. */
  const sites = {};

  function drawSites() {
    (data.sites || []).forEach((s) => {
      const label = s.rank + " " + s.name + words.comma + s.kind;
      const icon = element("div", "site");
      icon.append(symbol("ring", "ring"), symbol("kind-" + s.symbol, "facility base " + s.symbol, label), element("span", "rank", s.rank));
      const marker = atlas.sign(s.at, {
        html: icon,
        className: "site-icon",
        label,
        size: 38,
        rise: 1000 - s.rank,
        radius: 20,
        tipped: () => tip(s.rank + " " + s.name, s.tip),
        offset: -16,
        carded: { ...s, name: s.rank + " " + s.name },
      });
      sites[s.rank] = marker;
      layer("sites").addLayer(marker);
      layer("sites").addLayer(atlas.nameMarker(s.label, s.at, 1.5 - s.rank / 1000, "place proposed", { gap: 18 }));
    });
    (data.closed || []).forEach((c) => put("after", "closed", atlas.closed(c)));
  }

  /* ---- popups ---- */

  function popupOptions() {
    const m = margins();
    const small = phone.matches;
    return {
      minWidth: small ? 250 : 260,
      maxWidth: small ? 280 : 320,
      maxHeight: Math.max(Math.round(map.getSize().y * (small ? 0.4 : 0.62)), 180),
      autoPanPaddingTopLeft: [Math.min(m.topLeft[0], map.getSize().x * 0.4), small ? 64 : 12],
      autoPanPaddingBottomRight: [12, m.bottomRight[1]],
    };
  }

  function openCard(t, at) {
    L.popup(popupOptions()).setLatLng(at).setContent(card(t, words)).openOn(map);
  }

  /* ---- layer control and legend ---- */

  function legend() {
    let any = false;
    document.querySelectorAll("#legend [data-layers]").forEach((item) => {
      const on = item.dataset.layers.split(" ").some((name) => map.hasLayer(layer(name)));
      item.hidden = !on;
      any = any || on;
    });
    byId("legend").hidden = !any;
  }

  function stackAreas() {
    atlas.stackAreas(sides[now].areas);
  }

  function toggle(box) {
    const group = layer(box.value);
    if (box.checked) map.addLayer(group);
    else map.removeLayer(group);
    if (box.value === "roads") atlas.thinRoads();
    stackAreas();
    legend();
    placeNames();
  }

  function bindLayers() {
    document.querySelectorAll("#layers input").forEach((box) => {
      if (box.checked) map.addLayer(layer(box.value));
      box.addEventListener("change", () => toggle(box));
    });
    const button = byId("layers-button");
    const set = (open) => {
      side.classList.toggle("open", open);
      button.setAttribute("aria-expanded", String(open));
    };
    set(!phone.matches && window.innerHeight >= 900);
    button.addEventListener("click", () => set(!side.classList.contains("open")));
  }

  /* ---- panel ---- */

  function setSheet(open) {
    panel.classList.toggle("open", open);
    byId("sheet-handle").setAttribute("aria-expanded", String(open));
  }

  function room() {
    const below = phone.matches ? panel.getBoundingClientRect().height : foot.getBoundingClientRect().height;
    document.documentElement.style.setProperty("--below", Math.round(below) + "px");
  }

  function bindPanel() {
    new ResizeObserver(room).observe(foot);
    new ResizeObserver(room).observe(panel);
    byId("sheet-handle").addEventListener("click", () => setSheet(!panel.classList.contains("open")));
    panel.querySelectorAll("details").forEach((box) => {
      box.addEventListener("toggle", () => {
        if (box.open && phone.matches) setSheet(true);
      });
    });
    panel.querySelectorAll("tr[data-township]").forEach((row) => {
      row.addEventListener("click", () => flyTo(townships[now][row.dataset.township]));
    });
    panel.querySelectorAll("tr[data-site]").forEach((row) => {
      row.addEventListener("click", () => flyToSite(sites[row.dataset.site]));
    });
    panel.querySelectorAll("input[name=side]").forEach((box) => {
      box.checked = box.value === now; // a page that is loaded again must not remember another choice
      box.addEventListener("change", () => {
        map.closePopup();
        showSide(box.value);
        stackAreas();
        legend();
        placeNames();
      });
    });
    panel.querySelectorAll("button[data-at]").forEach((button) => {
      button.addEventListener("click", () => {
        if (phone.matches) setSheet(false);
        const at = button.dataset.at.split(" ").map(Number);
        const around = L.latLng(at).toBounds(3000);
        move(around, 13, () => ring(at));
      });
    });
    byId("show-county").addEventListener("click", () => {
      map.closePopup();
      if (phone.matches) setSheet(false);
      move(data.view, 18);
    });
  }

  function move(bounds, maxZoom, then) {
    if (then) map.once("moveend", then);
    if (calm.matches) map.fitBounds(bounds, { ...padding(), maxZoom, animate: false });
    else map.flyToBounds(bounds, { ...padding(), maxZoom, duration: 0.8 });
  }

  function flyTo(t) {
    map.closePopup();
    if (phone.matches) setSheet(false);
    move(t.bounds, 12.5, () => openCard(t, t.at));
  }

  function flyToSite(marker) {
    map.closePopup();
    if (phone.matches) setSheet(false);
    move(marker.getLatLng().toBounds(8000), 12.5, () => marker.openPopup());
  }

  let circle = null;
  function ring(at) {
    if (circle) circle.remove();
    circle = L.circleMarker(at, { radius: 16, color: "#262626", weight: 2.5, fill: false, interactive: false, renderer: svgIn("dots") });
    circle.addTo(map);
  }

  function arrange() {
    (phone.matches ? panel : document.body).append(foot);
    zoom.setPosition(phone.matches ? "topleft" : "bottomright");
    scale.setPosition(phone.matches ? "bottomleft" : "bottomright");
    setSheet(false);
    map.invalidateSize({ animate: false });
  }

  /* ---- print: one sheet of A3, everything on it ---- */

  function startPrint() {
    if (before) return;
    const open = [...document.querySelectorAll("details")].filter((box) => box.open);
    before = { center: map.getCenter(), zoom: map.getZoom(), open };
    map.closePopup();
    document.body.append(foot);
    document.querySelectorAll("details.printed").forEach((box) => (box.open = true));
    document.documentElement.classList.add("printing");
    panel.scrollTop = 0;
    if (panel.classList.contains("two-columns")) fitColumns();
    else fitTable();
    atlas.redraw(true, showCounty);
    placeNames();
  }

  /* A county of many townships has them in smaller type rather than fewer of them. */
  function fitTable() {
    const table = panel.querySelector(".townships");
    let zoomed = 1;
    // lines and type shrink by whole steps, so the second guess or the third fits
    for (let i = 0; i < 5 && panel.scrollHeight > panel.clientHeight; i += 1) {
      const height = table.getBoundingClientRect().height;
      zoomed *= Math.max((height - (panel.scrollHeight - panel.clientHeight)) / height, 0.3);
      table.style.zoom = zoomed;
    }
  }

  /* What two columns do not hold would stand in a third beside the sheet. */
  function fitColumns() {
    let zoomed = 1;
    while (panel.scrollWidth > panel.clientWidth + 1 && zoomed > 0.5) {
      zoomed *= 0.95;
      byId("panel-body").style.zoom = zoomed;
    }
  }

  function endPrint() {
    if (!before) return;
    const { center, zoom: level, open } = before;
    before = null;
    document.documentElement.classList.remove("printing");
    panel.querySelector(".townships").style.zoom = "";
    byId("panel-body").style.zoom = "";
    document.querySelectorAll("details").forEach((box) => (box.open = open.includes(box)));
    arrange();
    atlas.redraw(false, () => map.setView(center, level, { animate: false }));
    placeNames();
  }

  /* ---- together ---- */

  map.setView([(data.view[0][0] + data.view[1][0]) / 2, (data.view[0][1] + data.view[1][1]) / 2], 10);
  arrange();
  atlas.drawTiles();
  atlas.drawRoads();
  atlas.drawMask();
  atlas.drawOutlines();
  drawCatchments();
  Object.keys(sides).forEach((where) => {
    drawAreas(where);
    drawTownships(where);
    drawDots(where);
    drawFacilities(where);
  });
  drawSites();
  showSide(now);
  geo.bindPopups(map, words);
  bindLayers();
  bindPanel();
  stackAreas();
  legend();
  room();
  showCounty();
  atlas.thinRoads();
  placeNames();
  map.on("zoomend", () => {
    atlas.thinRoads();
    placeNames();
  });
  map.on("resize", keepCounty);
  phone.addEventListener("change", () => {
    arrange();
    showCounty();
  });
  window.addEventListener("beforeprint", startPrint);
  window.addEventListener("afterprint", endPrint);
  window.coverageMap = { map, layers, atlas, data, townships, phone, calm, placeNames, padding, move, openCard, popupOptions, setSheet };
  document.documentElement.classList.add("ready");
})();
