'use strict';
// Reads the data and connects the parts: the replay and its controls, keys, colours, sizes.

/** The replay: one step at a time, from 0 (nothing has happened) to the number of events. */
class Replay {
  constructor(model) {
    this.model = model;
    this.step = model.steps;
    this.chosen = null;
    this.graph = new GraphView(model, (module) => this.choose(module));
    this.timeline = new Timeline(model);
    this.slider = byId('slider');
    this.slider.max = model.steps;
    this.#connect();
    this.resize();
  }

  get isPlaying() { return Boolean(this.timer); }

  /** Goes to a step. */
  go(step, { keepsPlaying = false, module = null } = {}) {
    if (!keepsPlaying) this.pause();
    this.step = Math.max(0, Math.min(this.model.steps, step));
    this.chosen = module;
    this.#show();
  }

  /** Goes to where a module was loaded, or else found. */
  choose(module, scrolls = false) {
    this.go(module.loadStep || module.firstStep, { module });
    if (!scrolls) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    byId('replay').scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'start' });
    this.slider.focus({ preventScroll: true });
  }

  play() {
    if (this.model.steps === 0) return;
    if (this.step >= this.model.steps) this.go(0);
    // A short program is told slowly; a long one takes about a minute.
    const pace = Number(byId('pace').value);
    const interval = Math.max(40, Math.min(1100, 60000 / this.model.steps)) * pace;
    const jump = Math.max(1, Math.round(this.model.steps * interval / (60000 * pace)));
    this.timer = setInterval(() => {
      this.go(this.step + jump, { keepsPlaying: true });
      if (this.step >= this.model.steps) this.pause();
    }, interval);
    this.#showButtons();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.#showButtons();
  }

  toggle() { if (this.isPlaying) this.pause(); else this.play(); }

  /** Draws everything anew, since the width or the colours may have changed. */
  resize() {
    this.timeline.draw();
    this.#show();
  }

  // MARK: Showing

  #show() {
    const { model, step } = this;
    const event = step > 0 ? model.events[step - 1] : null;
    const current = this.chosen ?? (event ? model.byName.get(event.module) : null) ?? null;
    const moment = model.momentAt(step);
    const sentence = this.#sentence(step);
    const kind = event ? event.event : 'start';

    this.slider.value = step;
    this.slider.setAttribute('aria-valuetext', `Step ${step} of ${model.steps}. ${say(sentence)}`);
    // A screen reader is not talked over while it plays, and hears each sentence of the slider once.
    const isQuiet = this.isPlaying || document.activeElement === this.slider;
    byId('sentence').setAttribute('aria-live', isQuiet ? 'off' : 'polite');
    byId('sentence').replaceChildren(...show(sentence));
    byId('kind').textContent = KIND_WORDS[kind] ?? kind;
    byId('kind').className = `kind ${kind}`;
    byId('count').textContent = `step ${grouped(step)} of ${grouped(model.steps)}`
      + (event ? `, ${duration(event.time)} after the start` : '');

    this.timeline.show(step);
    this.graph.show(moment, step, current);
    this.#showSteps();
    this.#showButtons();
  }

  #sentence(step) {
    const { model } = this;
    if (step === 0) {
      return ['The program begins. Nothing was imported yet.'];
    }
    const event = model.events[step - 1];
    const module = model.byName.get(event.module);
    const before = module ? model.momentAt(step - 1).states[module.index] : 'unknown';
    return sentenceOf(model, event, before);
  }

  /** The steps around this one. */
  #showSteps() {
    const { model, step } = this;
    const room = 11;
    const first = Math.max(0, Math.min(step - 5, model.steps - room + 1));
    const last = Math.min(model.steps, first + room - 1);
    const list = byId('steps');
    const hadFocus = list.contains(document.activeElement);
    const items = [];
    for (let number = first; number <= last; number += 1) {
      const event = number > 0 ? model.events[number - 1] : null;
      const kind = event ? event.event : 'start';
      items.push(el('li', {}, el('button', {
        type: 'button', class: kind, 'aria-current': number === step ? 'step' : null,
        onclick: () => this.go(number),
      },
      el('span', { class: 'number' }, String(number)),
      el('span', { class: `kind ${kind}` }, KIND_WORDS[kind] ?? kind),
      el('span', { class: 'what' }, event
        ? (model.byName.get(event.module)?.label ?? event.module) + (event.name ? `.${event.name}` : '')
        : model.title))));
    }
    list.replaceChildren(...items);
    if (hadFocus) list.querySelector('[aria-current]')?.focus();
  }

  #showButtons() {
    const { step, model } = this;
    const atStart = step === 0;
    const atEnd = step >= model.steps;
    // `aria-disabled` keeps the focus on a button whose end is reached.
    for (const [id, isOff] of [['first', atStart], ['back', atStart], ['next', atEnd], ['last', atEnd],
      ['play', model.steps === 0]]) {
      byId(id).setAttribute('aria-disabled', isOff);
    }
    const play = byId('play');
    const word = this.isPlaying ? 'Pause' : 'Play';
    if (play.dataset.word !== word) {
      play.dataset.word = word;
      play.replaceChildren(icon(this.isPlaying ? 'pause' : 'play'), word);
    }
  }

  // MARK: Controls

  #connect() {
    byId('first').append(icon('first'));
    byId('back').append(icon('back'));
    byId('next').append(icon('next'));
    byId('last').append(icon('last'));
    byId('first').addEventListener('click', () => this.go(0));
    byId('back').addEventListener('click', () => this.go(this.step - 1));
    byId('next').addEventListener('click', () => this.go(this.step + 1));
    byId('last').addEventListener('click', () => this.go(this.model.steps));
    byId('play').addEventListener('click', () => this.toggle());
    byId('pace').addEventListener('change', () => {
      if (this.isPlaying) { this.pause(); this.play(); }
    });
    this.slider.addEventListener('input', () => this.go(Number(this.slider.value)));
    byId('lanes').addEventListener('pointerdown', (event) => {
      const move = ({ clientX }) => {
        const { timeline } = this;
        const x = clientX - byId('lanes').getBoundingClientRect().left;
        const share = (x - timeline.x(0)) / Math.max(1, timeline.x(this.model.steps) - timeline.x(0));
        this.go(Math.round(share * this.model.steps));
      };
      move(event);
      const target = byId('lanes');
      target.setPointerCapture(event.pointerId);
      target.addEventListener('pointermove', move);
      for (const end of ['pointerup', 'pointercancel']) {
        target.addEventListener(end, () => target.removeEventListener('pointermove', move), { once: true });
      }
    });
    byId('graph-filter').addEventListener('input', () => {
      this.graph.filter = byId('graph-filter').value;
      this.#show();
    });
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Keys that work anywhere in the replay, and as long as nothing has the focus. */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const target = event.target;
    const isFree = target === document.body || target.closest('#replay');
    // Fields have these keys for themselves; the slider is moved by the browser.
    if (!isFree || target.closest('input[type="search"], select, input[type="radio"]')) return;
    const isGraph = target.id === 'graph' && target.scrollWidth > target.clientWidth;
    const isSlider = target === this.slider;
    switch (event.key) {
      case 'ArrowLeft': if (isSlider || isGraph) return; this.go(this.step - 1); break;
      case 'ArrowRight': if (isSlider || isGraph) return; this.go(this.step + 1); break;
      // On the page itself these scroll.
      case 'Home': if (isSlider || target === document.body) return; this.go(0); break;
      case 'End': if (isSlider || target === document.body) return; this.go(this.model.steps); break;
      case ' ':
        if (target.closest('button, a')) return;
        this.toggle();
        break;
      default: return;
    }
    event.preventDefault();
  }
}

/** The pictures on the buttons. */
function icon(name) {
  const shapes = {
    first: 'M4 3v10M13 3 6.5 8l6.5 5z', back: 'M11.5 3 5 8l6.5 5z', play: 'M5 3l8 5-8 5z',
    pause: 'M5.5 3v10M10.5 3v10', next: 'M4.5 3 11 8l-6.5 5z', last: 'M12 3v10M3 3l6.5 5L3 13z',
  };
  return svg('svg', { viewBox: '0 0 16 16', class: 'icon', 'aria-hidden': 'true' },
    svg('path', { d: shapes[name] }));
}

/** The switch of colours; the choice is kept where the browser allows it. */
function connectTheme() {
  const root = document.documentElement;
  const set = (theme) => {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  let kept = 'auto';
  try { kept = localStorage.getItem('lang-report-theme') ?? 'auto'; } catch { /* not kept then */ }
  for (const input of document.querySelectorAll('#theme input')) {
    input.checked = input.value === kept;
    input.addEventListener('change', () => {
      set(input.value);
      try { localStorage.setItem('lang-report-theme', input.value); } catch { /* as above */ }
    });
  }
  set(kept);
}

function start() {
  connectTheme();
  const model = new Model(JSON.parse(byId('data').textContent));
  document.querySelector('main').hidden = false;
  showSummary(model);
  byId('replay').hidden = model.steps === 0;
  const replay = new Replay(model);
  const choose = (module, scrolls) => replay.choose(module, scrolls);
  showPending(model, choose);
  showFailures(model, choose);
  showModules(model, choose);
  showMemory(model);
  byId('footer').replaceChildren(
    el('p', {}, 'Written by ', el('code', {}, 'lang --report=html'), `, ${duration(model.report.time)} after the `
      + 'start. A KB is 1,024 bytes. The page fetches nothing and sends nothing.'),
    model.isCut ? el('p', {}, 'The log keeps the last 49,152 events at least; the first ones of this program '
      + 'are not in it any more, so the replay begins in the middle.') : '');
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    replay.resize();
  });
}

start();
