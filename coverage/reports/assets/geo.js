/* What every page with a map shares: unpacking, small builders, and what is drawn on a county's map.
   Needs Leaflet and nothing else; loads nothing. */
"use strict";

window.countyGeo = (function () {
  const SVG = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);

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

  function bars(title, bands) {
    const box = element("div", "bars");
    box.append(element("div", "bars-title", title));
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

  function card(thing, words) {
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
    if (thing.bands && thing.bands.length) box.append(bars(words.bands, thing.bands));
    return box;
  }

  /* ---- looks ---- */

  const PANES = { areas: 300, roads: 320, mask: 340, townships: 400, outlines: 420, works: 440, dots: 450, names: 620 };
  const STILL_PANES = ["areas", "roads", "mask", "outlines", "names"];
  const ROAD_STYLES = {
    motorway: { weight: 2.8, color: "#8d8d8d" },
    primary: { weight: 2, color: "#9a9a9a" },
    secondary: { weight: 1.6, color: "#a4a4a4" },
    tertiary: { weight: 1.1, color: "#adadad" },
    minor: { weight: 0.7, color: "#b8b8b8" },
    service: { weight: 0.5, color: "#c2c2c2" },
  };
  const FROM_ZOOM = { minor: 10.5, service: 12.5 };
  const SPOTS = [[0, 0], [0, -0.9], [0, 0.9], [0.55, 0], [-0.55, 0], [0.55, -0.9], [-0.55, -0.9], [0.55, 0.9], [-0.55, 0.9], [0, -1.8], [0, 1.8]];
  const MANY_DOTS = 400; // beyond, names cannot keep clear of all of them
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;

  /* A township's colour is strong along the inside of its outline and light within, so that the areas
     and roads below stay readable: the stroke is clipped by the shape itself. */
  const Township = L.Polygon.extend({
    _updatePath() {
      L.Polygon.prototype._updatePath.call(this);
      this.options.clip.setAttribute("d", this._path.getAttribute("d") || "M0 0");
    },
  });

  /* Crosses along lines, as far apart as they should be on the screen; one at least, however short the line. */
  const Crosses = L.Polyline.extend({
    _updatePath() {
      const { every, size } = this.options;
      const marks = this._parts.map((part) => {
        const steps = part.slice(1).map((p, i) => p.distanceTo(part[i]));
        const length = steps.reduce((a, b) => a + b, 0);
        const n = Math.max(Math.floor(length / every), 1);
        return Array.from({ length: n }, (_, k) => {
          let at = ((k + 0.5) * length) / n;
          const i = Math.max(steps.findIndex((step) => (at -= step) <= 0), 0);
          const share = steps[i] ? 1 + at / steps[i] : 0;
          const x = part[i].x + share * (part[i + 1].x - part[i].x);
          const y = part[i].y + share * (part[i + 1].y - part[i].y);
          return "M" + (x - size) + " " + (y - size) + "l" + 2 * size + " " + 2 * size + "m0 " + -2 * size + "l" + -2 * size + " " + 2 * size;
        }).join("");
      });
      this._renderer._setPath(this, marks.join("") || "M0 0");
    },
  });

  /* A canvas that is taken away for a print may have asked for a frame that Leaflet no longer cancels. */
  const RoadCanvas = L.Canvas.extend({
    _redraw() {
      if (this._ctx) L.Canvas.prototype._redraw.call(this);
    },
  });

  /**
   * Draws a county on a Leaflet map.
   *
   * ground: what does not change on the page: roads, boundary, townships (with their shapes), verdicts,
   *   area_opacity, tiles, words.
   * options: name (sets this map's clips apart from another's on the page), popup (gives a popup's options).
   */
  function atlas(map, ground, { name = "", popup }) {
    const words = ground.words;
    const layers = {}; // by the name its box in the layer control has
    const names = []; // labels that must not overlap, the weightiest first
    const icons = []; // markers that names had better not cover, with their radius
    const dots = [];
    const paper = {};
    const roadLines = {};

    Object.keys(PANES).forEach((pane) => {
      map.createPane(pane).style.zIndex = PANES[pane];
    });
    STILL_PANES.forEach((pane) => {
      map.getPane(pane).style.pointerEvents = "none";
    });
    const svgIn = (pane) => paper[pane] || (paper[pane] = L.svg({ pane, padding: 0.4 }));
    const roadCanvas = new RoadCanvas({ pane: "roads", padding: 0.4 });

    function layer(id) {
      return layers[id] || (layers[id] = L.layerGroup());
    }

    /* ---- the ground ---- */

    function drawTiles() {
      ground.tiles.forEach((tile) => layer("tiles").addLayer(L.tileLayer(tile.url, tile.options)));
    }

    function drawRoads() {
      Object.keys(ROAD_STYLES)
        .reverse()
        .forEach((kind) => {
          const parts = lines(ground.roads[kind]);
          if (!parts.length) return;
          roadLines[kind] = L.polyline(parts, {
            ...ROAD_STYLES[kind],
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
      Object.keys(roadLines).forEach((kind) => {
        const line = roadLines[kind];
        const wanted = map.getZoom() >= (FROM_ZOOM[kind] || 0);
        line.setStyle({ weight: ROAD_STYLES[kind].weight * grow });
        if (wanted && !group.hasLayer(line)) group.addLayer(line);
        if (!wanted && group.hasLayer(line)) group.removeLayer(line);
      });
      Object.keys(ROAD_STYLES)
        .reverse()
        .forEach((kind) => roadLines[kind] && group.hasLayer(roadLines[kind]) && map.hasLayer(group) && roadLines[kind].bringToFront());
    }

    function drawMask() {
      const world = [[-89, -360], [-89, 360], [89, 360], [89, -360]];
      const holes = polygon(ground.boundary).map((rings) => rings[0]);
      L.polygon([world, ...holes], {
        renderer: svgIn("mask"),
        interactive: false,
        stroke: false,
        fillColor: "#ffffff",
        fillOpacity: ground.tiles.length ? 0.35 : 0.62,
      }).addTo(map);
    }

    function drawOutlines() {
      const quiet = { renderer: svgIn("outlines"), interactive: false, fill: false };
      ground.townships.forEach((t) => {
        L.polygon(polygon(t.shape), { ...quiet, color: "#4a4a4a", weight: 0.9, opacity: 0.75 }).addTo(map);
      });
      L.polygon(polygon(ground.boundary), { ...quiet, color: "#262626", weight: 2.2 }).addTo(map);
    }

    /* On paper the roads are lines too: a canvas waits for the next frame, and turns white what lies below it. */
    function redraw(onPaper, place) {
      const renderer = onPaper ? svgIn("roads") : roadCanvas;
      Object.values(roadLines).forEach((line) => {
        layer("roads").removeLayer(line);
        line.options.renderer = renderer;
      });
      if (onPaper) roadCanvas.remove();
      map.invalidateSize({ animate: false, pan: false });
      place();
      thinRoads();
    }

    /* ---- what follows from the facilities ---- */

    function areaShape(area) {
      return L.polygon(polygon(area.shape), {
        renderer: svgIn("areas"),
        interactive: false,
        fillColor: area.colour,
        fillOpacity: 1,
        stroke: false,
      });
    }

    /* The widest area lies lowest, in whichever order they were switched on. */
    function stackAreas(areas) {
      // their group is translucent, not each of them: nested areas keep the tints that the legend shows
      if (svgIn("areas")._rootGroup) svgIn("areas")._rootGroup.setAttribute("opacity", ground.area_opacity);
      areas.forEach((area) => map.hasLayer(layer(area.layer)) && layer(area.layer).invoke("bringToFront"));
    }

    function clipPath(id) {
      if (byId(id)) return byId(id).firstChild; // a township has the same outline before and after
      const clip = document.createElementNS(SVG, "clipPath");
      const path = document.createElementNS(SVG, "path");
      clip.id = id;
      clip.append(path);
      byId("map-defs").append(clip);
      return path;
    }

    function verdictStyle(verdict) {
      const style = ground.verdicts[verdict];
      return { color: style.colour, fillColor: style.fill, fillOpacity: style.fill_opacity };
    }

    function townshipShape(t, i) {
      const clip = "inside-" + name + i;
      const shape = new Township(polygon(t.shape), {
        ...verdictStyle(t.verdict),
        renderer: svgIn("townships"),
        clip: clipPath(clip),
        weight: 8,
        opacity: 0.95,
        className: "township",
        lineJoin: "round",
      });
      shape.on("add", () => shape._path.setAttribute("clip-path", "url(#" + clip + ")"));
      shape.on("mouseover", () => shape.setStyle({ weight: 15 }));
      shape.on("mouseout", () => shape.setStyle({ weight: 8 }));
      return shape;
    }

    function dot(at, radius, colour, title, rows) {
      const mark = L.circleMarker(at, {
        renderer: svgIn("dots"),
        radius,
        color: "#262626",
        weight: 0.8,
        fillColor: colour,
        fillOpacity: 0.9,
      });
      bindTip(mark, () => tip(title, rows));
      mark.bindPopup(() => card({ name: title, rows: [], kind: rows.join(words.comma) }, words), popup());
      dots.push(mark);
      return mark;
    }

    /* A marker with a symbol of its own, a text alternative, a tip and a card. */
    function sign(at, { html, label, size, rise, radius, tipped, offset, carded, className = "facility-icon" }) {
      const marker = L.marker(at, {
        icon: L.divIcon({ html, className, iconSize: [size, size] }),
        zIndexOffset: rise,
        riseOnHover: true,
      });
      marker.on("add", () => marker.getElement().setAttribute("aria-label", label));
      bindTip(marker, tipped, { direction: "top", offset: [0, offset] });
      marker.bindPopup(() => card(carded, words), popup());
      icons.push({ marker, radius });
      return marker;
    }

    function facility(f) {
      const label = f.name + words.comma + f.kind;
      return sign(f.at, {
        html: symbol("kind-" + f.symbol, "facility " + (f.base ? "base " : "plain ") + f.symbol, label),
        label,
        size: f.symbol === "hospital" || f.symbol === "ambulance_station" ? 24 : 20,
        rise: f.base ? 500 : 0,
        radius: 9,
        tipped: () => tip(f.name, f.tip),
        offset: -8,
        carded: f,
      });
    }

    function closed(c) {
      return sign(c.at, {
        html: symbol("closed", "closed", c.label),
        label: c.label,
        size: 26,
        rise: 900,
        radius: 13,
        tipped: () => tip(c.name, [c.kind]),
        offset: -10,
        carded: { name: c.name, kind: c.kind, rows: [] },
      });
    }

    /* A road that is closed or built: looks has the line's colour, weight and dash, casing and crosses. */
    function roadwork(road, looks) {
      const look = looks.roads[road.kind];
      const parts = lines(road.lines);
      const inked = { renderer: svgIn("works"), noClip: true, smoothFactor: 0, color: look.colour, opacity: 1, fill: false };
      const casing = L.polyline(parts, { ...inked, color: "#ffffff", weight: look.weight + 2 * looks.casing, className: "road-" + road.kind });
      bindTip(casing, () => tip(road.tip[0], road.tip.slice(1)), { sticky: true });
      casing.bindPopup(() => card({ name: road.tip[0], kind: road.tip[1], rows: [] }, words), popup());
      const line = L.polyline(parts, { ...inked, interactive: false, weight: look.weight, dashArray: look.dash, lineCap: "butt" });
      const drawn = [casing, line];
      if (look.crossed) drawn.push(new Crosses(parts, { ...inked, ...looks.cross, interactive: false, weight: 2, lineCap: "butt" }));
      return drawn;
    }

    /* ---- names that do not overlap ---- */

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

    const placeOf = (name) => map.latLngToContainerPoint(name.at);

    /* Icons and dots, which names had better not cover, and what lies over the map and would cover them. */
    function covered(over) {
      const frame = map.getContainer().getBoundingClientRect();
      const boxes = over.map((node) => {
        const r = node.getBoundingClientRect();
        return { left: r.left - frame.left, right: r.right - frame.left, top: r.top - frame.top, bottom: r.bottom - frame.top };
      });
      const add = (at, r) => {
        const p = map.latLngToContainerPoint(at);
        boxes.push({ left: p.x - r, right: p.x + r, top: p.y - r, bottom: p.y + r });
      };
      icons.forEach((icon) => map.hasLayer(icon.marker) && add(icon.marker.getLatLng(), icon.radius));
      const shown = dots.filter((mark) => map.hasLayer(mark));
      if (shown.length <= MANY_DOTS) shown.forEach((mark) => add(mark.getLatLng(), mark.options.radius));
      return boxes;
    }

    function placeNames(over = []) {
      const boxesBelow = covered(over);
      const taken = [];
      names.sort((a, b) => b.weight - a.weight);
      names.forEach((item) => {
        if (!map.hasLayer(item.marker)) return;
        if (map.getZoom() < item.fromZoom) {
          item.label.classList.add("crowded");
          return;
        }
        const w = item.label.offsetWidth + 4;
        const h = item.label.offsetHeight + 2;
        const p = placeOf(item);
        const spots = item.gap ? SPOTS.slice(1) : SPOTS; // a site's name stands beside its ring, never on it
        const boxes = spots.map(([dx, dy]) => {
          const shift = { dx: dx * w + Math.sign(dx) * item.gap, dy: dy * h + Math.sign(dy) * item.gap };
          const x = p.x + shift.dx;
          const y = p.y + shift.dy;
          return { ...shift, left: x - w / 2, right: x + w / 2, top: y - h / 2, bottom: y + h / 2 };
        }).filter((box) => taken.every((other) => apart(box, other)));
        const clear = boxes.find((box) => boxesBelow.every((icon) => apart(box, icon)));
        const best = clear || (item.weight > 1 ? boxes[0] : undefined); // a township's and a site's name matter more
        item.label.classList.toggle("crowded", !best);
        if (!best) return;
        taken.push(best);
        item.label.style.transform = "translate(-50%, -50%) translate(" + Math.round(best.dx) + "px, " + Math.round(best.dy) + "px)";
      });
    }

    /* Forget what a layer held: its names and marks no longer keep others away. */
    function clear(id) {
      const gone = new Set(layer(id).getLayers());
      layer(id).clearLayers();
      [names, icons].forEach((list) => {
        const kept = list.filter((item) => !gone.has(item.marker));
        list.splice(0, list.length, ...kept);
      });
      dots.splice(0, dots.length, ...dots.filter((mark) => !gone.has(mark)));
    }

    return {
      layers, layer, clear, svgIn,
      drawTiles, drawRoads, thinRoads, drawMask, drawOutlines, redraw,
      areaShape, stackAreas, verdictStyle, townshipShape, dot, sign, facility, closed, roadwork, nameMarker, placeNames,
    };
  }

  /* ---- popups: whoever came by keyboard goes on by keyboard, into the popup and back where they were ---- */

  function bindPopups(map, words) {
    let opener = null;
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
  }

  return { numbers, points, polygon, element, symbol, bindTip, tip, card, atlas, bindPopups };
})();
