'use strict';
// The lanes above the slider: how many modules were pending, and what happened at each step.

class Timeline {
  constructor(model) {
    this.model = model;
    this.pending = model.pendingCounts();
    this.most = Math.max(1, model.report.most_pending);
    this.spans = model.loadSpans();
    this.depth = this.spans.reduce((most, span) => Math.max(most, span.depth), 0) + 1;
    const used = new Set(model.events.map((event) => event.event));
    /** Lanes of ticks: title, kinds of events, class. */
    this.lanes = [
      ['found', ['find'], 'find'], ['bound', ['bind'], 'bind'], ['rules', ['bypass'], 'bypass'],
      ['patched', ['patch'], 'patch'], ['failed', ['fail'], 'fail'], ['reloaded', ['reload'], 'reload'],
    ].filter(([, kinds]) => kinds.some((kind) => used.has(kind)));
    this.place = byId('lanes');
  }

  /** Where a step is, in pixels; the slider's thumb is there too. */
  x(step) {
    const steps = Math.max(1, this.model.steps);
    return this.gutter + this.thumb / 2 + (this.width - this.gutter - this.thumb) * step / steps;
  }

  /** Draws the lanes anew, for the width that there is. */
  draw() {
    const style = getComputedStyle(byId('timeline'));
    this.gutter = parseFloat(style.getPropertyValue('--gutter'));
    this.thumb = parseFloat(style.getPropertyValue('--thumb'));
    this.width = Math.max(200, this.place.clientWidth);
    const parts = [];
    let y = this.model.report.most_pending > 0 ? 16 : 2;
    const title = (text, at, kind) => svg('text', { x: 0, y: at, class: `lane-title ${kind}` }, text);

    if (this.model.report.most_pending > 0) {
      const height = 40;
      parts.push(this.#area(y, height), title('pending', y + height - 3, 'pending'));
      const peak = this.pending.indexOf(this.most);
      if (peak >= 0) {
        const isRight = this.x(peak) > this.width - 90;
        parts.push(svg('text', {
          x: this.x(peak) + (isRight ? -5 : -2), y: y - 3, class: 'peak',
          'text-anchor': isRight ? 'end' : 'start',
        }, `${grouped(this.most)} at once`));
      }
      y += height + 8;
    }

    const row = this.depth > 5 ? 7 : 16;
    const depth = Math.min(this.depth, 12);
    if (this.spans.length) {
      parts.push(...this.#loads(y, row, depth), title('loading', y + Math.max(12, row * depth / 2 + 4), 'load'));
      y += Math.max(16, row * depth) + 8;
    }
    for (const [text, kinds, name] of this.lanes) {
      parts.push(svg('path', { class: `rule`, d: `M${this.gutter} ${y + 6.5}H${this.width}` }),
        this.#ticks(y, kinds, name), title(text, y + 10.5, name));
      y += 18;
    }
    this.height = y;
    this.future = svg('rect', { class: 'future', y: 0, height: y });
    this.head = svg('path', { class: 'playhead' });
    this.place.replaceChildren(svg('svg', { width: this.width, height: y },
      parts, this.future, this.head));
  }

  #area(y, height) {
    const at = (count) => y + height - 1 - (height - 2) * count / this.most;
    let path = `M${this.x(0)} ${y + height}`;
    this.pending.forEach((count, step) => {
      if (step > 0) path += `H${this.x(step).toFixed(1)}`;
      path += `V${at(count).toFixed(1)}`;
    });
    path += `V${y + height}Z`;
    return svg('path', { class: 'area', d: path });
  }

  #loads(y, row, depth) {
    const parts = [];
    const paths = { done: '', failed: '' };
    // Names are drawn if most of them fit; a few alone would look like an accident.
    const fits = (span) => row > 10
      && span.name.length * 6.6 + 12 < this.x(span.to) - this.x(span.from - 1) - (span.failed ? 14 : 0);
    const areNamed = this.spans.filter(fits).length * 2 > this.spans.length;
    for (const span of this.spans) {
      const left = this.x(span.from - 1);
      const width = Math.max(2, this.x(span.to) - left - 1);
      const top = y + Math.min(span.depth, depth - 1) * row;
      paths[span.failed ? 'failed' : 'done'] += `M${left} ${top}h${width}v${row - 2}h${-width}z`;
      if (areNamed && fits(span)) {
        parts.push(svg('text', { x: left + 6, y: top + 10.8, class: 'span-name' }, span.name));
      }
      if (span.failed) {
        const end = left + width - 7;
        const middle = top + row / 2 - 1;
        parts.push(svg('path', {
          class: 'span-cross', d: `M${end - 3} ${middle - 3}l6 6m0 -6l-6 6`,
        }));
      }
    }
    return [svg('path', { class: 'span', d: paths.done }),
      svg('path', { class: 'span failed', d: paths.failed }), ...parts];
  }

  #ticks(y, kinds, name) {
    let path = '';
    const width = Math.max(1, Math.min(3, (this.width - this.gutter) / Math.max(1, this.model.steps) - 1));
    this.model.events.forEach((event, index) => {
      if (!kinds.includes(event.event)) return;
      path += `M${(this.x(index + 1) - width / 2).toFixed(1)} ${y}h${width}v13h${-width}z`;
    });
    return svg('path', { class: `tick ${name}`, d: path });
  }

  /** Moves the line to a step. */
  show(step) {
    const x = this.x(step);
    this.head.setAttribute('d', `M${x} 0V${this.height}`);
    this.future.setAttribute('x', x);
    this.future.setAttribute('width', Math.max(0, this.width - x));
  }
}
