'use strict';
// What came of it: the summary, what stayed pending, failures, the table of modules, the memory.

/** Rows that a table begins with; there is a button for more. */
const ROWS_AT_ONCE = 60;

/** Puts a section's title and contents in place; without contents the section is hidden. */
function section(id, title, ...contents) {
  const place = byId(id);
  place.hidden = contents.length === 0;
  place.replaceChildren(el('h2', { id: `${id}-title` }, title), ...contents);
}

/** A place and its expression. */
function placeCell(model, place) {
  if (!place) return el('span', { class: 'quiet' }, 'not known');
  return [
    el('span', { class: 'place' }, `${model.place(place)}`),
    place.expression ? [' ', el('code', {}, place.expression)] : '',
  ];
}

// MARK: Summary

function showSummary(model) {
  const { report } = model;
  const groups = report.groups;
  const count = (...names) => names.reduce((sum, name) => sum + groups[name].count, 0);
  const loaded = count('disabled', 'proxy', 'bypass', 'native_loaded');
  const unneeded = count('pending', 'native_pending');
  const failed = count('failed');
  const imported = report.known - groups.native_unused.count;
  const lazy = groups.disabled.count === 0;

  document.title = `${model.title} – lazy imports`;
  byId('program').textContent = model.title;
  const sentence = [];
  if (imported === 0) {
    sentence.push('This program imported nothing, so there was nothing to be lazy about.');
  } else if (imported === 1) {
    sentence.push('One module was imported, and it ', el('strong', {}, loaded ? 'was loaded'
      : failed ? 'failed to load' : unneeded ? 'was never needed' : 'is loading'), '.');
  } else {
    sentence.push(`Of ${counted(imported, 'imported module')}, `,
      el('strong', {}, loaded === imported ? 'all were loaded' : loaded === 0 ? 'none was loaded'
        : `${grouped(loaded)} ${loaded === 1 ? 'was' : 'were'} loaded`));
    if (failed) sentence.push(`${unneeded ? ',' : ' and'} ${grouped(failed)} failed`);
    if (unneeded) {
      sentence.push(` and ${grouped(unneeded)} ${unneeded === 1 ? 'was' : 'were'} never needed`);
    }
    sentence.push('.');
  }
  if (imported > 0) {
    if (report.pending_bytes > 0) {
      sentence.push(' That saved reading ', el('strong', {}, bytes(report.pending_bytes)),
        ' of source.');
    } else if (!lazy) sentence.push(' Laziness was off.');
    else if (loaded === imported && imported > 1) sentence.push(' Nothing was imported in vain.');
  }
  byId('headline').replaceChildren(...sentence);

  const figure = (title, value, note = '') => el('div', {},
    el('dt', {}, title), el('dd', { class: 'value' }, value), note ? el('dd', {}, note) : '');
  const read = model.sum(model.modules.filter((module) => !module.isProgram && module.state === 'loaded'),
    'source_bytes');
  byId('figures').replaceChildren(
    figure('modules known', grouped(report.known), groups.native_unused.count
      ? `${groups.native_unused.count} native never imported` : ''),
    figure('loaded', grouped(loaded), failed ? `and ${grouped(failed)} failed` : ''),
    figure('never needed', grouped(unneeded)),
    figure('source not read', bytes(report.pending_bytes),
      report.pending_bytes ? `${percent(report.pending_bytes, read + report.pending_bytes)} of all` : ''),
    figure('most pending at once', grouped(report.most_pending)));
}

// MARK: Pending

function showPending(model, choose) {
  const pending = model.modules.filter((module) => module.state === 'pending');
  if (model.modules.every((module) => module.isProgram)) {
    section('pending', 'What stayed pending');
    return;
  }
  if (pending.length === 0) {
    section('pending', 'What stayed pending',
      el('p', { class: 'lead' }, 'Nothing: every module that was imported was used.'));
    return;
  }
  const size = (module) => module.entry.source_bytes ?? 0;
  pending.sort((a, b) => size(b) - size(a));
  const largest = Math.max(1, size(pending[0]));
  const rows = pending.map((module) => el('li', {},
    el('span', { class: 'who' }, moduleButton(module, choose)),
    el('span', { class: 'bar', 'aria-hidden': 'true' },
      el('i', { style: `width: ${(100 * size(module) / largest).toFixed(1)}%` })),
    el('span', { class: 'number' }, module.isNative ? 'native' : bytes(module.entry.source_bytes)),
    el('span', { class: 'from' }, module.entry.imported_at
      ? ['imported at ', model.place(module.entry.imported_at)] : '')));
  const total = model.report.pending_bytes;
  const [subject, whose] = pending.length === 1 ? ['1 module was', 'Its']
    : [`${grouped(pending.length)} modules were`, 'Their'];
  section('pending', 'What stayed pending',
    el('p', { class: 'lead' }, `${subject} imported and never used. ${whose} source, ${bytes(total)}`
      + `${total >= 1024 ? ` (${grouped(total)} bytes)` : ''}, was never read, compiled or run.`),
    moreList(rows, 'ol', 'bars', 12));
}

/** A list that shows its first items, and the others at the push of a button. */
function moreList(rows, tag, name, most) {
  const list = el(tag, { class: name }, rows.slice(0, most));
  if (rows.length <= most) return list;
  const more = el('button', { type: 'button', class: 'more' }, `Show all ${grouped(rows.length)}`);
  more.addEventListener('click', () => {
    const next = rows[most];
    list.append(...rows.slice(most));
    more.remove();
    next.querySelector('button')?.focus();
  });
  return el('div', {}, list, more);
}

/** The name of a module, which leads to its place in the replay. */
function moduleButton(module, choose) {
  const state = module.isNative && module.state === 'loaded' ? 'native' : module.state;
  return el('button', {
    type: 'button', class: 'module', title: 'Show in the replay', onclick: () => choose(module, true),
  }, signInText(state), el('span', {}, module.label));
}

// MARK: Failures

function showFailures(model, choose) {
  const entries = model.modules.filter((module) => module.entry.failures > 0 || module.entry.error);
  if (entries.length === 0) {
    section('failed', 'Failures');
    return;
  }
  const last = new Map();
  for (const event of model.events) if (event.event === 'fail') last.set(event.module, event);
  section('failed', 'What failed', el('ul', { class: 'failures' }, entries.map((module) => {
    const { entry } = module;
    const event = last.get(module.name);
    const error = entry.error ?? event?.error ?? 'The error is not known any more.';
    const outcome = module.state === 'failed' ? 'It is pending again: the next use tries once more.'
      : entry.error ? 'It stays as it was.' : 'A later attempt succeeded.';
    return el('li', {},
      el('p', {}, moduleButton(module, choose),
        ` failed ${entry.failures === 1 ? 'once' : `${grouped(entry.failures)} times`}. ${outcome}`),
      el('pre', { tabindex: '0', 'aria-label': `Error of ${module.label}` }, error),
      el('p', { class: 'cause' }, 'Needed by ', placeCell(model, event?.file ? event : entry.cause)));
  })));
}

// MARK: Modules

/** The columns: title, what it sorts by, what it shows, and whether it is a number. */
function moduleColumns(model, choose) {
  const time = (name, title) => ({
    title, isNumber: true, key: ({ entry }) => entry[name] ?? -1,
    // Native modules and plain folders have nothing to be read.
    cell: ({ entry }) => entry[name] === undefined || entry[name] === 0 && name !== 'evaluate_time' ? '–'
      : duration(entry[name]),
  });
  return [
    {
      title: 'Module', key: ({ label }) => label.toLowerCase(),
      cell: (module) => [
        moduleButton(module, choose),
        el('small', { class: 'path' }, module.isNative ? 'native' : model.shorten(module.location)),
      ],
    },
    {
      title: 'State', key: (module) => stateWord(module),
      cell: (module) => el('span', { class: `state ${module.state}` }, stateWord(module)),
    },
    {
      title: 'Needed by', key: (module) => module.loadStep || Infinity,
      cell: (module) => {
        const { entry } = module;
        const place = entry.cause ?? (module.state === 'pending' ? entry.imported_at : null);
        return el('span', { class: 'needed' },
          module.state === 'pending' && place ? el('span', { class: 'quiet' }, 'only imported: ') : '',
          placeCell(model, place),
          entry.reason && entry.reason !== 'first use'
            ? el('span', { class: 'reason' }, entry.reason) : '');
      },
    },
    {
      title: 'Source', isNumber: true, key: ({ entry }) => entry.source_bytes ?? -1,
      cell: ({ entry, isNative }) => isNative ? '–' : bytes(entry.source_bytes),
    },
    time('read_time', 'Read'), time('parse_time', 'Parse'), time('evaluate_time', 'Run'),
    {
      title: 'Memory', isNumber: true, key: ({ entry }) => entry.memory ?? -1,
      cell: ({ entry }) => entry.memory === undefined ? '–' : bytes(entry.memory),
    },
    {
      title: 'References', isNumber: true,
      hint: 'References to the stand-in, and to names of the module, that were patched',
      key: ({ entry }) => (entry.patched ?? -1) + (entry.patched_names ?? 0),
      cell: ({ entry }) => entry.patched === undefined ? '–'
        : entry.patched_names ? `${grouped(entry.patched)} + ${counted(entry.patched_names, 'name')}`
          : grouped(entry.patched),
    },
  ];
}

function stateWord(module) {
  const reloads = module.entry.reloads;
  const word = STATE_WORDS[module.state];
  return reloads ? `${word}, reloaded ${reloads === 1 ? 'once' : `${reloads} times`}` : word;
}

function showModules(model, choose) {
  const all = model.modules.filter((module) => !module.isProgram);
  if (all.length === 0) {
    section('modules', 'Every module');
    return;
  }
  const columns = moduleColumns(model, choose);
  let shown = ROWS_AT_ONCE;
  let order = { column: 2, isDescending: false };
  let wanted = '';

  const body = el('tbody', { role: 'rowgroup' });
  const heads = columns.map((column, index) => el('th', {
    role: 'columnheader', scope: 'col', class: column.isNumber ? 'number' : null,
  }, el('button', {
    type: 'button', title: column.hint ?? `Sort by ${column.title.toLowerCase()}`,
    onclick: () => {
      const isSame = order.column === index;
      order = { column: index, isDescending: isSame ? !order.isDescending : Boolean(column.isNumber) };
      update();
    },
  }, column.title)));
  const more = el('button', {
    type: 'button', class: 'more', onclick: () => { shown += 4 * ROWS_AT_ONCE; update(); },
  });
  const found = el('p', { class: 'found', role: 'status' });

  function update() {
    const key = columns[order.column].key;
    const rows = all
      .filter(({ label, location }) => `${label}\n${location}`.toLowerCase().includes(wanted))
      .map((module) => [key(module), module])
      .sort(([a, first], [b, second]) => (a < b ? -1 : a > b ? 1 : first.index - second.index)
        * (order.isDescending && a !== b ? -1 : 1))
      .map(([, module]) => module);
    body.replaceChildren(...rows.slice(0, shown).map((module) => el('tr', {
      role: 'row', 'data-module': module.name,
    }, columns.map((column, index) => el(index === 0 ? 'th' : 'td', {
      role: index === 0 ? 'rowheader' : 'cell', scope: index === 0 ? 'row' : null,
      class: column.isNumber ? 'number' : null, 'data-title': column.title,
    }, column.cell(module))))));
    heads.forEach((head, index) => head.setAttribute('aria-sort', index !== order.column ? 'none'
      : order.isDescending ? 'descending' : 'ascending'));
    const rest = rows.length - shown;
    more.hidden = rest <= 0;
    more.textContent = `Show ${grouped(Math.min(rest, 4 * ROWS_AT_ONCE))} more of ${grouped(rest)}`;
    found.textContent = wanted ? `${counted(rows.length, 'module')} of ${grouped(all.length)}` : '';
  }

  const filter = el('input', {
    type: 'search', placeholder: 'Filter by name or path', 'aria-label': 'Filter the modules',
    oninput: () => { wanted = filter.value.trim().toLowerCase(); shown = ROWS_AT_ONCE; update(); },
  });
  update();
  section('modules', 'Every module',
    el('p', { class: 'lead' }, 'Who needed it, and what it cost. Times and sizes leave out the modules that '
      + 'were loaded meanwhile.'),
    all.length > 8 ? el('div', { class: 'tools' }, filter, found) : '',
    el('div', { class: 'table' }, el('table', { role: 'table', 'aria-labelledby': 'modules-title' },
      el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, heads)), body)),
    more);
}

// MARK: Memory

function showMemory(model) {
  const { memory } = model.report;
  const parts = [
    ['modules', memory.modules, 'what the variables of modules lead to'],
    ['program', memory.programs, 'what only the program holds'],
    ['shared', memory.shared, 'built-in types and functions, the stack'],
    ['unreachable', memory.unreachable, 'not in use any more, and not collected yet'],
  ];
  const top = model.modules.filter((module) => module.entry.memory > 0)
    .sort((a, b) => b.entry.memory - a.entry.memory).slice(0, 8);
  const largest = top[0]?.entry.memory ?? 1;
  section('memory', 'Memory',
    el('p', { class: 'lead' }, `The heap has ${bytes(memory.heap)} in use`
      + `${memory.limit ? `, of at most ${bytes(memory.limit)}` : ''}. Each byte is counted once. `
      + `The code of everything that was loaded lies beside it: ${bytes(memory.code)}.`),
    el('div', { class: 'division', 'aria-hidden': 'true' }, parts.filter(([, size]) => size > 0)
      .map(([name, size]) => el('i', { class: name, style: `flex-grow: ${size}` }))),
    el('dl', { class: 'parts' }, parts.map(([name, size, note]) => el('div', { class: name },
      el('dt', {}, el('i', { 'aria-hidden': 'true' }), name), el('dd', {}, bytes(size),
        el('small', {}, percent(size, memory.heap))), el('dd', { class: 'quiet' }, note)))),
    top.length > 1 ? el('h3', {}, 'Who holds most') : '',
    top.length > 1 ? el('ol', { class: 'bars plain' }, top.map((module) => el('li', {},
      el('span', { class: 'who' }, module.label),
      el('span', { class: 'bar', 'aria-hidden': 'true' },
        el('i', { style: `width: ${(100 * module.entry.memory / largest).toFixed(1)}%` })),
      el('span', { class: 'number' }, bytes(module.entry.memory)),
      el('span', { class: 'from' }, module.entry.code_bytes ? `${bytes(module.entry.code_bytes)} of it code` : ''))))
      : '');
}
