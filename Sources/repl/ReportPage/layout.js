'use strict';
// Drawings of the import graph. Nodes are `{width, height}` and get `x` and `y`, their middle. Edges are
// `{from, to}`, indexes of nodes, and get `path`, `end` (where the head of the arrow is) and
// `isLeftward`. Both functions give the size of the drawing.

/**
 * A tidy layered drawing from left to right: importers before what they import, few crossings, short
 * edges. The method is Sugiyama's: break cycles, put nodes into layers, order the layers, then place
 * the nodes.
 *
 * @param options `capacity`: the most nodes of a layer; `gap`: between layers; `space`: between nodes.
 */
function layOutInLayers(nodes, edges, { capacity, gap, space }) {
  const forward = withoutCycles(nodes.length, edges);
  const layerOf = intoLayers(nodes.length, forward, capacity);
  const layers = withWaypoints(nodes, forward, layerOf, space);
  orderLayers(layers);
  return place(layers, nodes, edges, gap);
}

/** The edges with those turned round that close a circle. */
function withoutCycles(count, edges) {
  const leaving = Array.from({ length: count }, () => []);
  edges.forEach((edge) => leaving[edge.from].push(edge));
  const state = new Uint8Array(count);
  const forward = [];
  // An explicit stack: chains of imports may be long.
  for (let root = 0; root < count; root += 1) {
    if (state[root]) continue;
    const stack = [{ node: root, next: 0 }];
    state[root] = 1;
    while (stack.length) {
      const top = stack[stack.length - 1];
      const edge = leaving[top.node][top.next];
      if (!edge) { state[top.node] = 2; stack.pop(); continue; }
      top.next += 1;
      edge.isBack = state[edge.to] === 1;
      forward.push(edge.isBack ? { from: edge.to, to: edge.from, edge }
        : { from: edge.from, to: edge.to, edge });
      if (!state[edge.to]) { state[edge.to] = 1; stack.push({ node: edge.to, next: 0 }); }
    }
  }
  return forward;
}

/** The layer of each node: behind all that lead to it, and the next one where a layer is full. */
function intoLayers(count, forward, capacity) {
  const layerOf = new Array(count).fill(0);
  const waiting = new Array(count).fill(0);
  const leaving = Array.from({ length: count }, () => []);
  for (const { from, to } of forward) { leaving[from].push(to); waiting[to] += 1; }
  const filled = [];
  // Of the nodes that are ready, those first that others wait for: leaves can stand anywhere.
  let ready = [];
  for (let node = 0; node < count; node += 1) if (!waiting[node]) ready.push(node);
  while (ready.length) {
    ready.sort((a, b) => layerOf[a] - layerOf[b]
      || (leaving[b].length > 0) - (leaving[a].length > 0) || a - b);
    const node = ready.shift();
    let layer = layerOf[node];
    while ((filled[layer] ?? 0) >= capacity) layer += 1;
    layerOf[node] = layer;
    filled[layer] = (filled[layer] ?? 0) + 1;
    for (const next of leaving[node]) {
      layerOf[next] = Math.max(layerOf[next], layer + 1);
      waiting[next] -= 1;
      if (!waiting[next]) ready.push(next);
    }
  }
  return layerOf;
}

/** The layers as lists of cells, with waypoints where an edge passes through a layer. */
function withWaypoints(nodes, forward, layerOf, space) {
  const layers = [];
  const cell = (layer, properties) => {
    const made = { layer, before: [], after: [], at: 0, ...properties };
    (layers[layer] ??= []).push(made);
    return made;
  };
  const cells = nodes.map((node, index) => cell(layerOf[index], {
    size: node.height + space, node, isNode: true,
  }));
  for (const { from, to, edge } of forward) {
    let last = cells[from];
    const path = [last];
    for (let layer = layerOf[from] + 1; layer < layerOf[to]; layer += 1) {
      const waypoint = cell(layer, { size: Math.min(space * 1.4, 18), isNode: false });
      join(last, waypoint);
      path.push(waypoint);
      last = waypoint;
    }
    join(last, cells[to]);
    path.push(cells[to]);
    edge.cells = edge.isBack ? path.reverse() : path;
  }
  for (let layer = 0; layer < layers.length; layer += 1) layers[layer] ??= [];
  return layers;
}

function join(before, after) {
  before.after.push(after);
  after.before.push(before);
}

/** Orders each layer by where its neighbours are, back and forth, and keeps the best order. */
function orderLayers(layers) {
  const number = () => layers.forEach((layer) => layer.forEach((cell, at) => { cell.at = at; }));
  const middle = (cells, otherwise) => cells.length
    ? cells.reduce((sum, cell) => sum + cell.at, 0) / cells.length : otherwise;
  const sortBy = (layer, side) => {
    const keys = new Map(layer.map((cell) => [cell, middle(cell[side], cell.at)]));
    layer.sort((a, b) => keys.get(a) - keys.get(b) || a.at - b.at);
    layer.forEach((cell, at) => { cell.at = at; });
  };
  number();
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(layers);
  for (let round = 0; round < 12 && fewest > 0; round += 1) {
    if (round % 2 === 0) for (let i = 1; i < layers.length; i += 1) sortBy(layers[i], 'before');
    else for (let i = layers.length - 2; i >= 0; i -= 1) sortBy(layers[i], 'after');
    const count = crossings(layers);
    if (count < fewest) { fewest = count; best = layers.map((layer) => [...layer]); }
  }
  best.forEach((layer, index) => { layers[index] = layer; });
  number();
}

function crossings(layers) {
  let count = 0;
  for (const layer of layers) {
    const ends = [];
    for (const cell of layer) {
      const targets = cell.after.map((after) => after.at).sort((a, b) => a - b);
      for (const target of targets) for (const end of ends) if (end > target) count += 1;
      ends.push(...targets);
    }
  }
  return count;
}

/** Gives the cells coordinates. */
function place(layers, nodes, edges, gap) {
  for (const layer of layers) {
    let at = 0;
    for (const cell of layer) { cell.y = at + cell.size / 2; at += cell.size; }
  }
  for (let round = 0; round < 16; round += 1) {
    const order = round % 2 ? [...layers].reverse() : layers;
    for (const layer of order) settle(layer);
  }
  let least = Infinity;
  let most = 0;
  for (const cell of layers.flat()) {
    least = Math.min(least, cell.y - cell.size / 2);
    most = Math.max(most, cell.y + cell.size / 2);
  }
  let x = 0;
  for (const layer of layers) {
    const width = layer.reduce((widest, cell) => Math.max(widest, cell.node?.width ?? 0), 0);
    for (const cell of layer) {
      cell.y -= least;
      cell.x = x + width / 2;
      cell.half = (cell.node ? cell.node.width : width) / 2;
      if (cell.node) { cell.node.x = cell.x; cell.node.y = cell.y; }
    }
    x += width + gap;
  }
  for (const edge of edges) drawThrough(edge);
  return { width: Math.max(0, x - gap), height: Number.isFinite(least) ? most - least : 0 };
}

/**
 * Moves the cells of a layer to the middle of their neighbours as far as their order and sizes allow:
 * the least squares, found by merging neighbours that want to pass each other.
 */
function settle(layer) {
  const blocks = [];
  let offset = 0;
  for (const cell of layer) {
    const near = [...cell.before, ...cell.after];
    // Edges that run through layers are to be straight, so waypoints weigh more.
    const weight = near.length ? (cell.isNode ? 1 : 3) : 0.01;
    const wanted = near.length ? near.reduce((sum, other) => sum + other.y, 0) / near.length : cell.y;
    offset += cell.size / 2;
    blocks.push({ weight, sum: weight * (wanted - offset), cells: [[cell, offset]] });
    offset += cell.size / 2;
    while (blocks.length > 1) {
      const last = blocks[blocks.length - 1];
      const before = blocks[blocks.length - 2];
      if (before.sum / before.weight <= last.sum / last.weight) break;
      before.weight += last.weight;
      before.sum += last.sum;
      before.cells.push(...last.cells);
      blocks.pop();
    }
  }
  for (const { weight, sum, cells } of blocks) {
    for (const [cell, start] of cells) cell.y = sum / weight + start;
  }
}

/** Draws an edge from the side of its first node through the waypoints to that of its last. */
function drawThrough(edge) {
  const direction = edge.isBack ? -1 : 1;
  const points = [];
  edge.cells.forEach((cell, index) => {
    if (index > 0) points.push([cell.x - direction * cell.half, cell.y]);
    if (index < edge.cells.length - 1) points.push([cell.x + direction * cell.half, cell.y]);
  });
  edge.end = points[points.length - 1];
  edge.isLeftward = edge.isBack;
  points[points.length - 1] = [edge.end[0] - direction * HEAD, edge.end[1]];
  edge.path = `M${points[0]}`;
  for (let index = 1; index < points.length; index += 1) {
    const [x0, y0] = points[index - 1];
    const [x1, y1] = points[index];
    const middle = (x0 + x1) / 2;
    edge.path += `C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`;
  }
}

/**
 * A drawing for narrow screens: each module in a row of its own, below the first that imports it. All
 * other imports are arcs at the right.
 *
 * @param options `width`: of the drawing; `indent`: from a module to what it imports; `space`: between
 *   rows; `fit`: gives a node the width that there is for it.
 */
function layOutAsTree(nodes, edges, { width, indent, space, fit }) {
  const leaving = nodes.map(() => []);
  for (const edge of edges) leaving[edge.from].push(edge);
  const arcs = 44;
  let row = 0;
  const put = (index, depth) => {
    const node = nodes[index];
    const left = Math.min(depth, 7) * indent;
    fit(node, width - left - arcs);
    node.isPlaced = true;
    node.left = left;
    node.x = left + node.width / 2;
    node.y = row + node.height / 2;
    row += node.height + space;
  };
  nodes.forEach((node, root) => {
    if (node.isPlaced) return;
    put(root, 0);
    const stack = [{ index: root, next: 0 }];
    while (stack.length) {
      const top = stack[stack.length - 1];
      const edge = leaving[top.index][top.next];
      if (!edge) { stack.pop(); continue; }
      top.next += 1;
      if (nodes[edge.to].isPlaced) continue;
      edge.isBranch = true;
      put(edge.to, stack.length);
      stack.push({ index: edge.to, next: 0 });
    }
  });
  for (const edge of edges) {
    const [from, to] = [nodes[edge.from], nodes[edge.to]];
    if (edge.isBranch && to.left > from.left) {
      const x = from.left + 9;
      edge.end = [to.left, to.y];
      edge.path = `M${x} ${from.y + from.height / 2}V${to.y - 7}Q${x} ${to.y} ${x + 7} ${to.y}H${to.left - 1}`;
    } else {
      const start = from.left + from.width;
      edge.end = [to.left + to.width, to.y];
      edge.isLeftward = true;
      const reach = Math.min(width - 4, Math.max(start, edge.end[0]) + 18 + Math.abs(to.y - from.y) / 24);
      edge.path = `M${start} ${from.y}C${reach} ${from.y} ${reach} ${to.y} ${edge.end[0] + HEAD} ${to.y}`;
    }
  }
  return { width, height: Math.max(0, row - space) };
}
