/* Draws the county's map from the page's data block. Needs Leaflet and nothing else; loads nothing. */
"use strict";

(function () {
  const data = JSON.parse(document.getElementById("map-data").textContent);
  const words = data.words;
  const byId = (id) => document.getElementById(id);
  const panel = byId("panel");
  const side = byId("side");
  const foot = byId("foot");
  const phone = window.matchMedia("(max-width: 600px)");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const SVG = "http://www.w3.org/2000/svg";
  const layers = {}; // by the name its box in the layer control has
  let before = null; // what to go back to after a print
  const names = []; // labels that must not overlap, the weightiest first
  const icons = []; // markers that names had better not cover, with their radius
  const dots = [];

  /* An analysis has one side; a proposal has the county after and, in `data.before`, before it. */
  const sides = { after: data };
  if (data.before) {
    sides.before = { ...data.before, townships: data.before.townships.map((t, i) => ({ ...data.townships[i], was: "", ...t })) };
  }
  const parts = { after: {}, before: {} }; // what each side has on its layers
  const townships = { after: {}, before: {} };
  let now = "after"; // the side that is shown

  /* ---- from short texts back to numbers: coverage/reports/map_geometry.py wrote them ---- */

  function numbers(text) {
    const out = [];
    let value = 0;
    let factor = 1;
    for (let i = 0; i < text.length; i += 1) {
      const chunk = text.charCodeAt(i) - 63;
      value += (chunk % 32) * factor;
      factor *= 32;
      if (chunk < 32) {
        out.push(value % 2 ? -(value + 1) / 2 : value / 2);
        value = 0;
        factor = 1;
      }
    }
    return out;
  }

  function points(text) {
    const steps = numbers(text);
    const out = [];
    let lat = 0;
    let lng = 0;
    for (let i = 0; i < steps.length; i += 2) {
      lat += steps[i];
      lng += steps[i + 1];
      out.push([lat / 1e5, lng / 1e5]);
    }
    return out;
  }

  function split(list, sizes) {
    let start = 0;
    return sizes.map((size) => list.slice(start, (start += size)));
  }

  const lines = (packed) => split(points(packed.yx), numbers(packed.n));
  const polygon = (packed) => split(lines(packed), numbers(packed.p));

  /* ---- small builders; text goes in as text, never as markup ---- */

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function symbol(name, className, label) {
    const svg = document.createElementNS(SVG, "svg");
    const use = document.createElementNS(SVG, "use");
    svg.setAttribute("class", className);
    svg.setAttribute("viewBox", "0 0 16 16");
    if (label) {
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", label);
    } else {
      svg.setAttribute("aria-hidden", "true");
    }
    use.setAttribute("href", "#" + name);
    svg.append(use);
    return svg;
  }

  /* Where there is no pointer to hover with, a tap opens the card and a tip would only lie in its way. */
  const canHover = window.matchMedia("(hover: hover)").matches;
  function bindTip(thing, content, options) {
    if (canHover) thing.bindTooltip(content, { opacity: 1, ...options });
  }

  function tip(title, rows, mark) {
    const box = element("div", "tip");
    const head = element("strong", "", title);
    if (mark) head.prepend(symbol("mark-" + mark, "mark"));
    box.append(head);
    rows.forEach((row) => box.append(element("div", "", row)));
    return box;
  }

  function bars(bands) {
    const box = element("div", "bars");
    box.append(element("div", "bars-title", words.bands));
    bands.forEach(([label, share, people, state]) => {
      const row = element("div", "bar-row");
      const track = element("span", "track");
      const bar = element("span", "bar " + state);
      bar.style.width = Math.max(share * 100, share > 0 ? 1 : 0) + "%";
      track.append(bar);
      row.append(element("span", "", label), track, element("span", "figure", people));
      box.append(row);
    });
    return box;
  }

  function card(thing) {
    const box = element("div", "card");
    const head = element("h2", "", thing.name);
    if (thing.verdict) head.prepend(symbol("mark-" + thing.verdict, "mark"));
    box.append(head);
    if (thing.kind) box.append(element("p", "kind", thing.kind));
    const list = element("dl", "");
    thing.rows.forEach(([label, value]) => {
      list.append(element("dt", "", label), element("dd", "", value));
    });
    box.append(list);
    (thing.lines || []).forEach((line) => box.append(element("p", "line", line)));
    if (thing.bands && thing.bands.length) box.append(bars(thing.bands));
    return box;
  }

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

  const panes = { areas: 300, roads: 320, mask: 340, townships: 400, outlines: 420, dots: 450, names: 620 };
  Object.keys(panes).forEach((name) => {
    map.createPane(name).style.zIndex = panes[name];
  });
  ["areas", "roads", "mask", "outlines", "names"].forEach((name) => {
    map.getPane(name).style.pointerEvents = "none";
  });
  const paper = {};
  const svgIn = (pane) => paper[pane] || (paper[pane] = L.svg({ pane, padding: 0.4 }));
  const roadCanvas = L.canvas({ pane: "roads", padding: 0.4 });

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

  function layer(name) {
    return layers[name] || (layers[name] = L.layerGroup());
  }

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

  function drawTiles() {
    data.tiles.forEach((tile) => layer("tiles").addLayer(L.tileLayer(tile.url, tile.options)));
  }

  const ROAD_STYLES = {
    motorway: { weight: 2.8, color: "#8d8d8d" },
    primary: { weight: 2, color: "#9a9a9a" },
    secondary: { weight: 1.6, color: "#a4a4a4" },
    tertiary: { weight: 1.1, color: "#adadad" },
    minor: { weight: 0.7, color: "#b8b8b8" },
    service: { weight: 0.5, color: "#c2c2c2" },
  };
  const FROM_ZOOM = { minor: 10.5, service: 12.5 };
  const roadLines = {};

  function drawRoads() {
    Object.keys(ROAD_STYLES)
      .reverse()
      .forEach((name) => {
        const parts = lines(data.roads[name]);
        if (!parts.length) return;
        roadLines[name] = L.polyline(parts, {
          ...ROAD_STYLES[name],
          renderer: roadCanvas,
          interactive: false,
          lineCap: "butt",
        });
      });
    thinRoads();
  }

  /* Lanes and tracks only where they can be told apart; wider strokes the nearer one looks. */
  function thinRoads() {
    const group = layer("roads");
    const grow = Math.min(Math.max(Math.pow(1.18, map.getZoom() - 11), 0.8), 3);
    Object.keys(roadLines).forEach((name) => {
      const line = roadLines[name];
      const wanted = map.getZoom() >= (FROM_ZOOM[name] || 0);
      line.setStyle({ weight: ROAD_STYLES[name].weight * grow });
      if (wanted && !group.hasLayer(line)) group.addLayer(line);
      if (!wanted && group.hasLayer(line)) group.removeLayer(line);
    });
    Object.keys(ROAD_STYLES)
      .reverse()
      .forEach((name) => roadLines[name] && group.hasLayer(roadLines[name]) && map.hasLayer(group) && roadLines[name].bringToFront());
  }

  function drawAreas(where) {
    sides[where].areas.forEach((area) => {
      put(where, area.layer,
        L.polygon(polygon(area.shape), {
          renderer: svgIn("areas"),
          interactive: false,
          fillColor: area.colour,
          fillOpacity: 1,
          stroke: false,
        })
      );
    });
  }

  function drawMask() {
    const world = [[-89, -360], [-89, 360], [89, 360], [89, -360]];
    const holes = polygon(data.boundary).map((rings) => rings[0]);
    L.polygon([world, ...holes], {
      renderer: svgIn("mask"),
      interactive: false,
      stroke: false,
      fillColor: "#ffffff",
      fillOpacity: data.tiles.length ? 0.35 : 0.62,
    }).addTo(map);
  }

  function drawOutlines() {
    const quiet = { renderer: svgIn("outlines"), interactive: false, fill: false };
    data.townships.forEach((t) => {
      L.polygon(polygon(t.shape), { ...quiet, color: "#4a4a4a", weight: 0.9, opacity: 0.75 }).addTo(map);
    });
    L.polygon(polygon(data.boundary), { ...quiet, color: "#262626", weight: 2.2 }).addTo(map);
  }

  /* A township's colour is strong along the inside of its outline and light within, so that the areas
     and roads below stay readable: the stroke is clipped by the shape itself. */
  const Township = L.Polygon.extend({
    _updatePath() {
      L.Polygon.prototype._updatePath.call(this);
      this.options.clip.setAttribute("d", this._path.getAttribute("d") || "M0 0");
    },
  });

  function clipPath(id) {
    if (byId(id)) return byId(id).firstChild; // both sides of a proposal have the same outlines
    const clip = document.createElementNS(SVG, "clipPath");
    const path = document.createElementNS(SVG, "path");
    clip.id = id;
    clip.append(path);
    byId("map-defs").append(clip);
    return path;
  }

  function drawTownships(where) {
    sides[where].townships.forEach((t, i) => {
      const style = data.verdicts[t.verdict];
      const shape = new Township(polygon(t.shape), {
        renderer: svgIn("townships"),
        clip: clipPath("inside-" + i),
        color: style.colour,
        weight: 8,
        opacity: 0.95,
        fillColor: style.fill,
        fillOpacity: style.fill_opacity,
        className: "township",
        lineJoin: "round",
      });
      shape.on("add", () => shape._path.setAttribute("clip-path", "url(#inside-" + i + ")"));
      shape.on("mouseover", () => shape.setStyle({ weight: 15 }));
      shape.on("mouseout", () => shape.setStyle({ weight: 8 }));
      bindTip(shape, () => tip(t.name, t.tip, t.verdict), { sticky: true });
      shape.on("click", (event) => openCard(t, event.latlng));
      townships[where][t.id] = { ...t, bounds: shape.getBounds() };
      put(where, "verdict", shape);
      put(where, "names", nameMarker(t.name, t.at, 2 + t.weight, "town", { verdict: t.verdict, was: t.was }));
    });
  }

  function nameMarker(text, at, weight, className, { verdict, was, fromZoom = 0, gap = 0 } = {}) {
    const label = element("span", "name " + className);
    if (was) label.append(symbol("mark-" + was, "mark"), element("span", "arrow", "→"));
    if (verdict) label.append(symbol("mark-" + verdict, "mark"));
    label.append(element("span", "", text));
    const marker = L.marker(at, {
      icon: L.divIcon({ html: label, className: "name-anchor", iconSize: [0, 0] }),
      pane: "names",
      interactive: false,
      keyboard: false,
    });
    names.push({ marker, label, at, weight, fromZoom, gap });
    return marker;
  }

  function drawCatchments() {
    (data.catchments || []).forEach((c) => {
      layer("catchments").addLayer(
        L.polygon(polygon(c.shape), {
          renderer: svgIn("outlines"),
          interactive: false,
          color: "#4b2e83",
          weight: 2,
          dashArray: "7 4",
          fillColor: "#4b2e83",
          fillOpacity: 0.05,
        })
      );
      layer("catchments").addLayer(nameMarker(c.name, c.at, 1, "catchment"));
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
        const dot = L.circleMarker(at, {
          renderer: svgIn("dots"),
          radius: group.radius[i],
          color: "#262626",
          weight: 0.8,
          fillColor: group.colour,
          fillOpacity: 0.9,
        });
        bindTip(dot, () => tip(group.name[i], group.tip[i]));
        dot.bindPopup(() => card({ name: group.name[i], rows: [], kind: group.tip[i].join(words.comma) }), popupOptions());
        put(where, group.layer, dot);
        dots.push(dot);
      });
    });
  }

  function drawFacilities(where) {
    sides[where].facilities.forEach((f) => {
      const label = f.name + words.comma + f.kind;
      const icon = symbol("kind-" + f.symbol, "facility " + (f.base ? "base " : "plain ") + f.symbol, label);
      const size = f.symbol === "hospital" || f.symbol === "ambulance_station" ? 24 : 20;
      const marker = L.marker(f.at, {
        icon: L.divIcon({ html: icon, className: "facility-icon", iconSize: [size, size] }),
        zIndexOffset: f.base ? 500 : 0,
        riseOnHover: true,
      });
      marker.on("add", () => marker.getElement().setAttribute("aria-label", label));
      bindTip(marker, () => tip(f.name, f.tip), { direction: "top", offset: [0, -8] });
      marker.bindPopup(() => card(f), popupOptions());
      icons.push({ marker, radius: 9 });
      put(where, f.layer, marker);
      put(where, f.layer, nameMarker(f.name, f.at, f.base ? 0.5 : 0, "place", { fromZoom: 11.6 }));
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
      const marker = L.marker(s.at, {
        icon: L.divIcon({ html: icon, className: "site-icon", iconSize: [38, 38] }),
        zIndexOffset: 1000 - s.rank,
        riseOnHover: true,
      });
      marker.on("add", () => marker.getElement().setAttribute("aria-label", label));
      bindTip(marker, () => tip(s.rank + " " + s.name, s.tip), { direction: "top", offset: [0, -16] });
      marker.bindPopup(() => card({ ...s, name: s.rank + " " + s.name }), popupOptions());
      icons.push({ marker, radius: 20 });
      sites[s.rank] = marker;
      layer("sites").addLayer(marker);
      layer("sites").addLayer(nameMarker(s.label, s.at, 1.5 - s.rank / 1000, "place proposed", { gap: 18 }));
    });
    (data.closed || []).forEach((c) => {
      const marker = L.marker(c.at, {
        icon: L.divIcon({ html: symbol("closed", "closed", c.label), className: "facility-icon", iconSize: [26, 26] }),
        zIndexOffset: 900,
      });
      marker.on("add", () => marker.getElement().setAttribute("aria-label", c.label));
      bindTip(marker, () => tip(c.name, [c.kind]), { direction: "top", offset: [0, -10] });
      marker.bindPopup(() => card({ name: c.name, kind: c.kind, rows: [] }), popupOptions());
      icons.push({ marker, radius: 13 });
      put("after", "closed", marker);
    });
  }

  /* ---- popups ---- */

  let opener = null;

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
    L.popup(popupOptions()).setLatLng(at).setContent(card(t)).openOn(map);
  }

  /* Whoever came by keyboard goes on by keyboard: into the popup, and back where they were. */
  map.on("popupopen", (event) => {
    const box = event.popup.getElement();
    const close = box.querySelector(".leaflet-popup-close-button");
    if (close) {
      close.setAttribute("aria-label", words.close);
      close.setAttribute("href", "#");
    }
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", box.querySelector("h2").textContent);
    const active = document.activeElement;
    opener = active && active !== document.body && active !== map.getContainer() ? active : null;
    const content = box.querySelector(".leaflet-popup-content");
    content.setAttribute("tabindex", "-1");
    if (opener) content.focus({ preventScroll: true });
  });
  map.on("popupclose", () => {
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") map.closePopup();
  });

  /* ---- names that do not overlap ---- */

  const SPOTS = [[0, 0], [0, -0.9], [0, 0.9], [0.55, 0], [-0.55, 0], [0.55, -0.9], [-0.55, -0.9], [0.55, 0.9], [-0.55, 0.9], [0, -1.8], [0, 1.8]];
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;

  /* Icons and dots, which names had better not cover, and what lies over the map and would cover them. */
  function iconBoxes() {
    const frame = map.getContainer().getBoundingClientRect();
    const boxes = [panel, side].map((node) => {
      const r = node.getBoundingClientRect();
      return { left: r.left - frame.left, right: r.right - frame.left, top: r.top - frame.top, bottom: r.bottom - frame.top };
    });
    const add = (at, r) => {
      const p = map.latLngToContainerPoint(at);
      boxes.push({ left: p.x - r, right: p.x + r, top: p.y - r, bottom: p.y + r });
    };
    icons.forEach((icon) => map.hasLayer(icon.marker) && add(icon.marker.getLatLng(), icon.radius));
    const shown = dots.filter((dot) => map.hasLayer(dot));
    if (shown.length <= 400) shown.forEach((dot) => add(dot.getLatLng(), dot.options.radius));
    return boxes;
  }

  function placeNames() {
    const covered = iconBoxes();
    const taken = [];
    names.forEach((name) => {
      if (!map.hasLayer(name.marker)) return;
      if (map.getZoom() < name.fromZoom) {
        name.label.classList.add("crowded");
        return;
      }
      const w = name.label.offsetWidth + 4;
      const h = name.label.offsetHeight + 2;
      const p = map.latLngToContainerPoint(name.at);
      const spots = name.gap ? SPOTS.slice(1) : SPOTS; // a site's name stands beside its ring, never on it
      const boxes = spots.map(([dx, dy]) => {
        const shift = { dx: dx * w + Math.sign(dx) * name.gap, dy: dy * h + Math.sign(dy) * name.gap };
        const x = p.x + shift.dx;
        const y = p.y + shift.dy;
        return { ...shift, left: x - w / 2, right: x + w / 2, top: y - h / 2, bottom: y + h / 2 };
      }).filter((box) => taken.every((other) => apart(box, other)));
      const clear = boxes.find((box) => covered.every((icon) => apart(box, icon)));
      const best = clear || (name.weight > 1 ? boxes[0] : undefined); // a township's and a site's name matter more
      name.label.classList.toggle("crowded", !best);
      if (!best) return;
      taken.push(best);
      name.label.style.transform = "translate(-50%, -50%) translate(" + Math.round(best.dx) + "px, " + Math.round(best.dy) + "px)";
    });
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

  /* The widest area lies lowest, in whichever order they were switched on. */
  function stackAreas() {
    // their group is translucent, not each of them: nested areas keep the tints that the legend shows
    if (svgIn("areas")._rootGroup) svgIn("areas")._rootGroup.setAttribute("opacity", data.area_opacity);
    sides[now].areas.forEach((area) => map.hasLayer(layer(area.layer)) && layer(area.layer).invoke("bringToFront"));
  }

  function toggle(box) {
    const group = layer(box.value);
    if (box.checked) map.addLayer(group);
    else map.removeLayer(group);
    if (box.value === "roads") thinRoads();
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
    redraw(svgIn("roads"), showCounty);
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
    redraw(roadCanvas, () => map.setView(center, level, { animate: false }));
  }

  /* On paper the roads are lines too: a canvas waits for the next frame, and turns white what lies below. */
  function redraw(renderer, place) {
    Object.values(roadLines).forEach((line) => {
      layer("roads").removeLayer(line);
      line.options.renderer = renderer;
    });
    if (renderer !== roadCanvas) roadCanvas.remove();
    map.invalidateSize({ animate: false, pan: false });
    place();
    thinRoads();
    placeNames();
  }

  /* ---- together ---- */

  map.setView([(data.view[0][0] + data.view[1][0]) / 2, (data.view[0][1] + data.view[1][1]) / 2], 10);
  arrange();
  drawTiles();
  drawRoads();
  drawMask();
  drawOutlines();
  drawCatchments();
  Object.keys(sides).forEach((where) => {
    drawAreas(where);
    drawTownships(where);
    drawDots(where);
    drawFacilities(where);
  });
  drawSites();
  showSide(now);
  names.sort((a, b) => b.weight - a.weight);
  bindLayers();
  bindPanel();
  stackAreas();
  legend();
  room();
  showCounty();
  thinRoads();
  placeNames();
  map.on("zoomend", () => {
    thinRoads();
    placeNames();
  });
  map.on("resize", keepCounty);
  phone.addEventListener("change", () => {
    arrange();
    showCounty();
  });
  window.addEventListener("beforeprint", startPrint);
  window.addEventListener("afterprint", endPrint);
  window.coverageMap = { map, layers };
  document.documentElement.classList.add("ready");
})();
