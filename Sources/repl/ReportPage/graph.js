'use strict';
// The import graph at one step, and for programs of many modules the mosaic of all of them.

const NODE_HEIGHT = 46;
/** The length of the head of an arrow. */
const HEAD = 8;
/** The most modules that the graph shows at once. */
const GRAPH_CAPACITY = 48;

/** The sign of a state, drawn around (0, 0): states differ in shape, not in colour alone. */
function sign(state) {
  const circle = (attributes) => svg('circle', { r: 5.5, ...attributes });
  const group = (...parts) => svg('g', { class: `sign ${state}` }, ...parts);
  switch (state) {
    case 'pending': return group(circle({ class: 'outline' }));
    case 'loading': return group(circle({ class: 'outline' }),
      svg('path', { d: 'M0 -5.5 A5.5 5.5 0 0 1 0 5.5 Z', class: 'solid' }));
    case 'loaded': return group(circle({ class: 'solid' }));
    case 'failed': return group(svg('path', { d: 'M-5 -5 L5 5 M5 -5 L-5 5', class: 'stroke' }));
    case 'native': return group(svg('path', { d: 'M0 -6.5 L6.5 0 L0 6.5 L-6.5 0 Z', class: 'outline' }));
    default: return group(circle({ r: 2, class: 'solid' }));
  }
}

/** A sign that stands in text. */
function signInText(state) {
  return svg('svg', { viewBox: '-8 -8 16 16', class: 'glyph', 'aria-hidden': 'true' }, sign(state));
}

class GraphView {
  /** `choose` is called with a module that was clicked. */
  constructor(model, choose) {
    this.model = model;
    this.choose = choose;
    this.canvas = byId('graph');
    this.filter = '';
    this.isLarge = model.modules.length > GRAPH_CAPACITY;
    this.measure = document.createElement('canvas').getContext('2d');
    this.measure.font = `600 15px ${getComputedStyle(document.body).fontFamily}`;
    this.shown = null;
    this.#drawLegend();
    if (this.isLarge) this.mosaic = new Mosaic(model, choose);
    byId('graph-filter').hidden = !this.isLarge;
    const hasUses = model.edges.some((edge) => !edge.isImport);
    byId('lines').append(...model.edges.length ? [
      el('span', { class: 'line' }), ' imports ',
      ...hasUses ? [el('span', { class: 'line use' }), ' uses what it was handed '] : [],
      el('span', {}, 'Click a module to go to its load.'),
    ] : []);
  }

  #drawLegend() {
    this.counts = {};
    for (const state of ['unknown', 'pending', 'loading', 'loaded', 'failed', 'native']) {
      const count = el('b', {}, '0');
      this.counts[state] = count;
      byId('legend').append(el('li', { class: state }, signInText(state), count, ' ',
        state === 'native' ? 'of them native' : STATE_WORDS[state]));
    }
  }

  /** Shows the graph after a step that is about `current`, if it is about a module. */
  show(moment, step, current) {
    this.#count(moment);
    this.mosaic?.show(moment, current);
    const chosen = this.#choose(current, step);
    // A window may have no width yet.
    const width = Math.max(240, this.canvas.clientWidth);
    const edges = this.#edgesAmong(chosen, step);
    const key = `${width} ${edges.length} ${chosen.map((module) => module.index).join()}`;
    if (key !== this.shown) {
      this.shown = key;
      this.#draw(chosen, edges, width);
    }
    for (const { module, group, word } of this.nodes) {
      const state = moment.states[module.index];
      if (group.dataset.state !== state) {
        group.dataset.state = state;
        group.querySelector('.sign').replaceWith(this.#signAt(state));
        word.textContent = this.#word(module, state);
      }
      group.classList.toggle('current', module === current);
      group.setAttribute('aria-label', `${module.label}: ${this.#word(module, state)}`);
    }
    for (const { edge, group } of this.edges) {
      group.classList.toggle('known', edge.step <= step);
      group.classList.toggle('current', step > 0 && edge.to === current
        && edge.from.name === this.model.behind[step - 1]);
    }
    if (current) this.#reveal(current);
  }

  #word(module, state) {
    if (module.isProgram) return 'the program';
    // One that was not found is not known to be native either; its shape tells enough.
    return module.isNative && state !== 'unknown' ? `${STATE_WORDS[state]}, native` : STATE_WORDS[state];
  }

  #count(moment) {
    const counts = { unknown: 0, pending: 0, loading: 0, loaded: 0, failed: 0, native: 0 };
    for (const module of this.model.modules) {
      if (module.isProgram) continue;
      const state = moment.states[module.index];
      counts[state] += 1;
      if (module.isNative && state !== 'unknown') counts.native += 1;
    }
    for (const [state, count] of Object.entries(counts)) {
      this.counts[state].textContent = grouped(count);
      this.counts[state].closest('li').classList.toggle('none', count === 0);
    }
  }

  /** The modules to show: all, or those that the filter names, or those around the current one. */
  #choose(current, step) {
    if (!this.isLarge) {
      byId('graph-title').textContent = 'Who imports whom';
      return this.model.modules;
    }
    const wanted = this.filter.trim().toLowerCase();
    const chosen = new Set();
    const add = (module) => { if (chosen.size < GRAPH_CAPACITY) chosen.add(module); };
    if (wanted) {
      this.model.modules.filter((module) => module.label.toLowerCase().includes(wanted)).forEach(add);
      byId('graph-title').textContent = `Modules whose name has “${this.filter.trim()}” in it`
        + (chosen.size === GRAPH_CAPACITY ? `, the first ${GRAPH_CAPACITY}` : '');
    } else {
      const center = current ?? this.model.modules[0];
      // The way to the program first, then what is next to the module, as far as there is room.
      this.#wayToProgram(center, step).forEach(add);
      const room = 24;
      const near = this.model.edges.filter(({ from, to, step: known }) => known <= step
        && (from === center || to === center));
      for (const { from, to } of near.slice(0, room)) { add(from); add(to); }
      byId('graph-title').textContent = `Around ${center.label}`
        + (near.length > room ? `: ${room} of its ${grouped(near.length)} neighbours` : '');
    }
    return [...chosen].sort((a, b) => a.index - b.index);
  }

  /** The shortest chain of imports from the program to a module, of those that were known at a step. */
  #wayToProgram(module, step) {
    if (!this.importers) {
      this.importers = new Map();
      for (const edge of this.model.edges) {
        if (!this.importers.has(edge.to)) this.importers.set(edge.to, []);
        this.importers.get(edge.to).push(edge);
      }
    }
    const next = new Map([[module, null]]);
    for (const reached of next.keys()) {
      if (reached.isProgram) {
        const way = [];
        for (let at = reached; at; at = next.get(at)) way.push(at);
        return way.slice(-20);
      }
      for (const { from, step: known } of this.importers.get(reached) ?? []) {
        if (known <= step && !next.has(from)) next.set(from, reached);
      }
    }
    return [module];
  }

  #signAt(state) {
    const made = sign(state);
    made.setAttribute('transform', 'translate(19, 16.5)');
    return made;
  }

  /**
   * The edges among modules, by their positions. A graph that changes with each step anyway has no room
   * for those to come; others show them faintly, so that nothing moves.
   */
  #edgesAmong(modules, step) {
    const position = new Map(modules.map((module, index) => [module, index]));
    return this.model.edges
      .filter((edge) => position.has(edge.from) && position.has(edge.to)
        && (!this.isLarge || edge.step <= step))
      .map((edge) => ({ edge, from: position.get(edge.from), to: position.get(edge.to) }));
  }

  #draw(modules, edges, width) {
    const isNarrow = width < 620;
    const nodes = modules.map((module) => ({ module, height: NODE_HEIGHT, ...this.#label(module, 210) }));
    let size;
    if (isNarrow) {
      size = layOutAsTree(nodes, edges, {
        width: width - 16, indent: 18, space: 12,
        fit: (node, room) => Object.assign(node, this.#label(node.module, room)),
      });
    } else {
      const capacity = modules.length > 24 ? 10 : 8;
      size = layOutInLayers(nodes, edges, { capacity, gap: 64, space: 16 });
      const layers = new Set(nodes.map((node) => node.x)).size;
      if (size.width < width && layers > 1) {
        // Use the width that there is, within reason: long edges are hard to follow.
        const gap = Math.min(150, 64 + (width - 10 - size.width) / (layers - 1));
        size = layOutInLayers(nodes, edges, { capacity, gap, space: 16 });
      }
    }
    this.edges = edges.map((drawn) => ({ edge: drawn.edge, group: this.#drawEdge(drawn) }));
    this.nodes = nodes.map((node) => this.#drawNode(node));
    this.canvas.classList.toggle('tree', isNarrow);
    this.canvas.replaceChildren(svg('svg', {
      viewBox: `-5 -6 ${size.width + 10} ${size.height + 12}`,
      width: size.width + 10, height: size.height + 12,
    }, this.edges.map(({ group }) => group), this.nodes.map(({ group }) => group)));
  }

  /** The text of a node that may be so wide, and the width that it gets. */
  #label(module, room) {
    const text = this.#fit(module.label, room - 46);
    const needed = Math.ceil(this.measure.measureText(text).width) + 46;
    return { text, width: Math.min(room, Math.max(module.isNative ? 144 : 126, needed)) };
  }

  /** The text with its end cut off where it is too long. */
  #fit(text, room) {
    if (this.measure.measureText(text).width <= room) return text;
    let characters = [...text];
    // Of a dotted name the end tells more than the beginning.
    while (characters.length > 1 && this.measure.measureText(`…${characters.join('')}`).width > room) {
      characters = characters.slice(1);
    }
    return `…${characters.join('')}`;
  }

  #drawNode({ module, text, x, y, width, height }) {
    const cut = 9;
    // Native modules have their corners cut, so that they differ in shape.
    const body = module.isNative
      ? svg('path', {
        class: 'body', d: `M${cut} 0.75H${width - cut}L${width - 0.75} ${cut}V${height - cut}`
          + `L${width - cut} ${height - 0.75}H${cut}L0.75 ${height - cut}V${cut}Z`,
      })
      : svg('rect', { class: 'body', x: 0.75, y: 0.75, width: width - 1.5, height: height - 1.5, rx: 9 });
    const word = svg('text', { x: 33, y: 36, class: 'word' }, this.#word(module, 'unknown'));
    const group = svg('g', {
      class: `node${module.isProgram ? ' program' : ''}${module.isNative ? ' native' : ''}`,
      transform: `translate(${x - width / 2}, ${y - height / 2})`, role: 'img',
      'data-module': module.name, 'data-state': 'unknown', onclick: () => this.choose(module),
    },
    svg('title', {}, module.name),
    svg('rect', { class: 'halo', x: -3.5, y: -3.5, width: width + 7, height: height + 7, rx: 12 }),
    body, this.#signAt('unknown'), svg('text', { x: 33, y: 21, class: 'name' }, text), word);
    return { module, group, word };
  }

  /** Draws an edge; its head points right, or left. */
  #drawEdge({ path, end: [x, y], isLeftward, edge }) {
    const side = isLeftward ? 1 : -1;
    return svg('g', {
      class: `edge${edge.isImport ? '' : ' use'}`, 'data-from': edge.from.name, 'data-to': edge.to.name,
    },
    svg('path', { class: 'way', d: path }),
    svg('path', { class: 'head', d: `M${x} ${y}l${side * HEAD} -4v8Z` }));
  }

  /** Scrolls the drawing, not the page, to a module. */
  #reveal(module) {
    const node = this.nodes.find((node) => node.module === module);
    if (!node) return;
    const box = node.group.getBoundingClientRect();
    const frame = this.canvas.getBoundingClientRect();
    if (box.left < frame.left || box.right > frame.right) {
      this.canvas.scrollLeft += box.left - frame.left - frame.width / 2 + box.width / 2;
    }
  }
}

/** One small square for each module, in the order in which they were found. */
class Mosaic {
  constructor(model, choose) {
    this.model = model;
    this.modules = model.modules.filter((module) => !module.isProgram);
    this.place = byId('mosaic');
    this.place.hidden = false;
    this.paths = {};
    for (const state of ['unknown', 'pending', 'loading', 'loaded', 'failed']) {
      this.paths[state] = svg('path', { class: state });
    }
    this.mark = svg('rect', { class: 'mark', rx: 3 });
    this.picture = svg('svg', { role: 'img' }, Object.values(this.paths), this.mark);
    this.caption = el('p', { class: 'caption' });
    this.place.append(this.picture, this.caption);
    this.picture.addEventListener('pointermove', (event) => this.#tell(this.#at(event)));
    this.picture.addEventListener('pointerleave', () => this.#tell(null));
    this.picture.addEventListener('click', (event) => {
      const module = this.#at(event);
      if (module) choose(module);
    });
  }

  #at(event) {
    const box = this.picture.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.cell);
    const row = Math.floor((event.clientY - box.top) / this.cell);
    return column < this.columns ? this.modules[row * this.columns + column] : undefined;
  }

  #tell(module) {
    this.caption.textContent = module
      ? `${module.label}: ${STATE_WORDS[this.states[module.index]]}`
      : 'One square a module, in the order in which they were found. Choose one to go to its load.';
  }

  show({ states }, current) {
    this.states = states;
    const width = this.place.clientWidth;
    this.cell = this.modules.length > 400 ? 13 : 17;
    this.columns = Math.max(1, Math.floor(width / this.cell));
    const rows = Math.ceil(this.modules.length / this.columns);
    this.picture.setAttribute('width', this.columns * this.cell);
    this.picture.setAttribute('height', rows * this.cell);
    const drawn = { unknown: '', pending: '', loading: '', loaded: '', failed: '' };
    const size = this.cell - 3;
    const half = this.cell / 2;
    this.mark.setAttribute('visibility', 'hidden');
    this.modules.forEach((module, index) => {
      const x = (index % this.columns) * this.cell + 1.5;
      const y = Math.floor(index / this.columns) * this.cell + 1.5;
      const state = states[module.index];
      drawn[state] += this.#shape(state, x, y, size);
      if (module === current) {
        this.mark.setAttribute('visibility', 'visible');
        for (const [name, value] of [['x', x - 1.5], ['y', y - 1.5]]) this.mark.setAttribute(name, value);
        this.mark.setAttribute('width', size + 3);
        this.mark.setAttribute('height', size + 3);
      }
    });
    for (const [state, path] of Object.entries(this.paths)) path.setAttribute('d', drawn[state]);
    const count = (state) => this.modules.filter((module) => states[module.index] === state).length;
    this.picture.setAttribute('aria-label', 'All modules: '
      + Object.keys(drawn).map((state) => `${count(state)} ${STATE_WORDS[state]}`).join(', '));
    this.#tell(null);
  }

  /** States differ in shape here too. */
  #shape(state, x, y, size) {
    const middle = size / 2;
    switch (state) {
      case 'unknown': return `M${x + middle - 1} ${y + middle - 1}h2v2h-2z`;
      case 'pending': return `M${x + 1} ${y + 1}h${size - 2}v${size - 2}h${2 - size}z`;
      case 'loading': return `M${x} ${y}h${size}v${size}z`;
      case 'loaded': return `M${x} ${y}h${size}v${size}h${-size}z`;
      default: return `M${x + 1} ${y + 1}l${size - 2} ${size - 2}m0 ${2 - size}l${2 - size} ${size - 2}`;
    }
  }
}
