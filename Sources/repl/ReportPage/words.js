'use strict';
// Elements, numbers and sentences. Text of the program (names, expressions, messages) only ever
// becomes a text node or the value of an attribute, never markup.

/** Makes an HTML element; children are elements, texts, or arrays of them. */
function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Makes an SVG element. */
function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ''));
  return element;
}

const byId = (id) => document.getElementById(id);

// MARK: Numbers

/** `1,234,567` */
function grouped(number) { return String(number).replace(/\B(?=(\d{3})+$)/g, ','); }

/** `812 bytes`, `4.1 KB`; a KB is 1,024 bytes, as in the text report. */
function bytes(count) {
  if (count === null || count === undefined) return 'unknown';
  if (count < 1024) return count === 1 ? '1 byte' : `${count} bytes`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let number = count / 1024;
  let unit = 0;
  while (number >= 1023.5 && unit < units.length - 1) { number /= 1024; unit += 1; }
  return `${number.toFixed(number < 99.95 ? 1 : 0)} ${units[unit]}`;
}

/** `42 µs`, `0.42 ms`, `12.3 ms`, `1.23 s`, from seconds. */
function duration(seconds) {
  if (seconds >= 0.9995) return `${seconds.toFixed(2)} s`;
  const milliseconds = seconds * 1000;
  if (milliseconds < 0.0995) return `${Math.round(milliseconds * 1000)} µs`;
  return `${milliseconds.toFixed(milliseconds < 9.995 ? 2 : milliseconds < 99.95 ? 1 : 0)} ms`;
}

/** `1 module`, `12 modules`, `no modules`. */
function counted(count, noun, plural = `${noun}s`) {
  return `${count === 0 ? 'no' : grouped(count)} ${count === 1 ? noun : plural}`;
}

function percent(part, whole) {
  if (!whole) return '0 %';
  const share = 100 * part / whole;
  return `${share > 0 && share < 1 ? '< 1' : Math.round(share)} %`;
}

// MARK: Sentences
// A sentence is a list of texts and of `{code}`, which is shown in the font of programs.

const code = (text) => ({ code: String(text) });

/** The nodes of a sentence. */
function show(sentence) {
  return sentence.map((part) => typeof part === 'string' ? part : el('code', {}, part.code));
}

/** The sentence as one text. */
function say(sentence) {
  return sentence.map((part) => typeof part === 'string' ? part : part.code).join('');
}

/** What each kind of event is called. */
const KIND_WORDS = {
  start: 'start', find: 'found', bind: 'bound', bypass: 'rule', load: 'loading', loaded: 'loaded',
  patch: 'patched', fail: 'failed', reload: 'reloaded',
};

/** What each state is called. */
const STATE_WORDS = {
  unknown: 'not found yet', pending: 'pending', loading: 'loading', loaded: 'loaded',
  failed: 'failed',
};

const references = (count) => counted(count, 'reference');

/** How a load came about, as the beginning of a sentence. */
function whyLoaded(model, event) {
  const place = model.place(event);
  const at = place ? [place] : ['The program'];
  const name = code(event.module);
  switch (event.reason) {
    case 'first use':
      return event.expression ? [...at, ' used ', code(event.expression)] : [...at, ' used ', name];
    case 'eager import': return [...at, ' imported ', name, ' eagerly'];
    case 'import *': return [...at, ' asked for every name of ', name];
    case 'lazy.load': return [...at, ' asked for ', name, ' with ', code('lazy.load')];
    case 'laziness disabled': return ['Laziness was off when ', ...at, ' imported ', name];
    case 'reload': return [...at, ' asked to reload ', name];
    default: return ['The rule ', code(event.reason ?? '?'), ' makes imports of ', name, ' eager'];
  }
}

/** What loading came to: size and time. */
function costOf(event, module) {
  const time = event.read_time + event.parse_time + event.evaluate_time;
  if (module && module.isNative) return `written in Swift, ${duration(time)}`;
  if (module && module.form === 'folder') return `a plain folder with nothing to run`;
  return `${bytes(event.source_bytes)} of source, ${duration(time)}`;
}

/** What a step is, in plain words. `before` is the state of its module before it. */
function sentenceOf(model, event, before) {
  const module = model.byName.get(event.module);
  const name = code(event.module);
  const place = model.place(event);
  switch (event.event) {
    case 'find': {
      const where = module && module.isNative ? ['among the native modules']
        : module && module.location ? ['at ', code(model.shorten(module.location))] : ['on the path'];
      return [
        ...(place ? [place, ' imports '] : ['The machine looked for ']), name, ': it was found ',
        ...where, '. Not a byte of it was read.',
      ];
    }
    case 'bind': {
      const isFrom = /^(eager )?from /.test(event.expression ?? '');
      const at = place ?? 'An import';
      if (before === 'loaded') {
        return isFrom ? [at, ' takes names from ', name, '. It is loaded, so they are the values at once.']
          : [at, ' binds ', name, '. It is loaded, so the name holds the module itself.'];
      }
      if (before === 'loading') {
        return [at, ' binds ', name, ', which is still loading: a cycle, and no problem so far.'];
      }
      if (model.loadsAtOnce(event)) return [at, ' binds ', name, ', and this import loads it at once.'];
      return isFrom ? [at, ' binds names from ', name, '. Each stands for a value that its first use will fetch.']
        : [at, ' binds a stand-in for ', name, '. Nothing runs; the module is pending.'];
    }
    case 'bypass':
      return ['The rule ', code(event.reason ?? '?'), ' makes this import of ', name, ' eager.'];
    case 'load':
      return [...whyLoaded(model, event), ', so ', name, ' is being loaded.'];
    case 'loaded': {
      const patched = event.patched;
      return [
        ...whyLoaded(model, event), ', so ', name, ` was loaded: ${costOf(event, module)}`,
        event.changed ? '; its file has changed since the import' : '',
        patched ? `; ${references(patched)} now ${patched === 1 ? 'holds' : 'hold'} the module itself.`
          : '.',
      ];
    }
    case 'patch':
      if (event.name !== null) {
        return [
          `${references(event.patched)} to the name `, code(event.name), ' from ', name,
          event.patched === 1 ? ' now holds its value.' : ' now hold its value.',
        ];
      }
      return [
        `${references(event.patched)} to the stand-in of `, name,
        event.patched === 1 ? ' was replaced: it now holds the module itself.'
          : ' were replaced: they now hold the module itself.',
      ];
    case 'fail':
      if (event.reason === 'reload') {
        return [
          ...whyLoaded(model, event), ', and that failed: ', code(event.error ?? '?'),
          '. It stays as it was.',
        ];
      }
      return [
        ...whyLoaded(model, event), ', and loading ', name, ' failed: ', code(event.error ?? '?'),
        '. Nothing half-built is kept; the next use tries again.',
      ];
    case 'reload':
      if (event.error) {
        return [place ?? 'The program', ' asked to reload ', name, ', but ', code(event.error), '.'];
      }
      return [
        place ?? 'The program', ' reloaded ', name, `: ${costOf(event, module)}. It is the same module `,
        'with new contents, wherever it is held.',
      ];
    default: return [`${event.event} of `, name];
  }
}
