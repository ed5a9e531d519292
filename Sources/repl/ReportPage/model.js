'use strict';
// What the page knows: the report and the events, and what the modules were at each step.

/** The groups of the report that are shown as modules, and whether the module was loaded at the end. */
const GROUP_STATES = {
  pending: 'pending', loading: 'loading', disabled: 'loaded', proxy: 'loaded', bypass: 'loaded',
  failed: 'failed', lost: 'loaded', native_pending: 'pending', native_loaded: 'loaded',
};

/** Puts together what the page shows. */
class Model {
  constructor({ report, events }) {
    this.report = report;
    this.events = events;
    this.steps = events.length;
    /** Each is `{name, label, state, isNative, isProgram, form, location, entry, firstStep, loadStep}`. */
    this.modules = [];
    this.byName = new Map();
    this.folders = this.#foldersOfPrograms();
    for (const entry of report.programs) this.#add(entry, 'loaded', true);
    for (const [group, state] of Object.entries(GROUP_STATES)) {
      for (const entry of report.groups[group].modules) this.#add(entry, state, false, group);
    }
    this.#readEvents();
    this.title = this.modules[0]?.isProgram ? this.modules[0].label : 'Program';
  }

  #add(entry, state, isProgram, group = 'program') {
    if (this.byName.has(entry.module)) return;
    const module = {
      name: entry.module, label: entry.module, state, isProgram, group, entry, form: entry.form,
      location: entry.location ?? '', isNative: entry.form === 'native', firstStep: 0, loadStep: 0,
    };
    if (isProgram) {
      // What is in no file is called as in messages: `<command>`, `<stdin>`.
      module.label = this.shorten(module.location)
        || this.events.find((event) => event.importer === module.name)?.file || 'program';
    }
    this.byName.set(module.name, module);
    this.modules.push(module);
  }

  /** Numbers the modules in the order in which they were found, and collects who imports whom. */
  #readEvents() {
    const edges = new Map();
    const loaders = new Map();
    /** For each event the name of the module behind it: for the end of a load, who began it. */
    this.behind = this.events.map((event) => {
      if (event.event === 'load') loaders.set(event.module, event.importer);
      return event.importer === undefined ? loaders.get(event.module) : event.importer;
    });
    this.events.forEach((event, index) => {
      const module = this.byName.get(event.module);
      if (!module) return;
      const step = index + 1;
      if (!module.firstStep) module.firstStep = step;
      if (event.event === 'load') module.loadStep ||= step;
      const importer = event.importer && this.byName.get(event.importer);
      if (!importer || importer === module) return;
      const key = `${importer.name}\n${module.name}`;
      const isImport = event.event !== 'load';
      const known = edges.get(key);
      if (!known) edges.set(key, { from: importer, to: module, step, isImport });
      else if (isImport && !known.isImport) known.isImport = true;
    });
    this.edges = [...edges.values()];
    // Modules without an event come last: the log had dropped it.
    const order = (module) => module.isProgram ? -1 : module.firstStep || Infinity;
    this.modules.sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
    this.modules.forEach((module, index) => { module.index = index; });
  }

  /** The folders of programs: absolute, and as the command line named them. */
  #foldersOfPrograms() {
    const folderOf = (path) => path.slice(0, path.lastIndexOf('/') + 1);
    const folders = new Set();
    for (const { location } of this.report.programs) {
      if (!location) continue;
      folders.add(folderOf(location));
      for (const { file } of this.events) {
        if (file && file !== location && location.endsWith(`/${file}`)) folders.add(folderOf(file));
      }
    }
    folders.delete('');
    folders.delete('/');
    return [...folders];
  }

  /** A path without the folder of the program. */
  shorten(path) {
    const folder = this.folders.find((folder) => path.startsWith(folder));
    return folder ? path.slice(folder.length) : path;
  }

  /** `plot.l:12`; null for no place. */
  place(place) {
    return place && place.file ? `${this.shorten(place.file)}:${place.line}` : null;
  }

  /**
   * What every module is after the first `step` events, in the order of `modules`: `unknown`,
   * `pending`, `loading`, `loaded` or `failed`. Also how many references were patched, and the bytes
   * of source that were read by then.
   */
  momentAt(step) {
    const states = this.modules.map((module) => module.isProgram ? 'loaded' : 'unknown');
    let patched = 0;
    let read = 0;
    for (let index = 0; index < step; index += 1) {
      const event = this.events[index];
      const module = this.byName.get(event.module);
      if (!module) continue;
      states[module.index] = this.#stateAfter(event, states[module.index]);
      if (event.event === 'patch') patched += event.patched;
      if (event.event === 'loaded') read += event.source_bytes;
    }
    return { states, patched, read };
  }

  #stateAfter(event, state) {
    switch (event.event) {
      case 'find': case 'bind': return state === 'unknown' ? 'pending' : state;
      // A refused load fails without having begun.
      case 'load': return 'loading';
      case 'loaded': return 'loaded';
      case 'fail': return event.reason === 'reload' ? state : 'failed';
      case 'reload': return event.error ? state : 'loaded';
      default: return state;
    }
  }

  /**
   * How many modules were pending after each step, from step 0 on.
   *
   * One that failed is pending again. One that an import loads at once is found a moment before; the
   * machine does not count it, so there are never more than it says.
   */
  pendingCounts() {
    const isPending = (state) => state === 'pending' || state === 'failed';
    const states = new Array(this.modules.length).fill('unknown');
    const counts = [0];
    let count = 0;
    for (const event of this.events) {
      const module = this.byName.get(event.module);
      if (module) {
        const after = this.#stateAfter(event, states[module.index]);
        count += isPending(after) - isPending(states[module.index]);
        states[module.index] = after;
      }
      counts.push(Math.min(count, this.report.most_pending));
    }
    return counts;
  }

  /** The loads as `{module, name, from, to, depth, failed}`, steps counted from 1; `to` is where it ended. */
  loadSpans() {
    const open = [];
    const spans = [];
    this.events.forEach((event, index) => {
      const step = index + 1;
      if (event.event === 'load') {
        const name = event.module.slice(event.module.lastIndexOf('.') + 1);
        const span = { module: event.module, name, from: step, to: this.steps, depth: open.length };
        open.push(span);
        spans.push(span);
      } else if (event.event === 'loaded' || event.event === 'fail') {
        const position = open.findLastIndex((span) => span.module === event.module);
        if (position < 0) return;
        open[position].to = step;
        open[position].failed = event.event === 'fail';
        open.length = position;
      }
    });
    return spans;
  }

  /** Whether the log no longer had the first events when the page was made. */
  get isCut() { return this.modules.some((module) => !module.isProgram && !module.firstStep); }

  /** Whether an import loads its module right after it has bound it. */
  loadsAtOnce(event) {
    const index = this.events.indexOf(event);
    return this.events.slice(index + 1, index + 4).some((next) => next.file === event.file
      && next.line === event.line && next.column === event.column
      && (next.event === 'bypass' || next.event === 'load' && next.reason !== 'first use'
        && next.reason !== 'lazy.load'));
  }

  /** The sum of a field over modules. */
  sum(modules, field) { return modules.reduce((sum, { entry }) => sum + (entry[field] ?? 0), 0); }
}
