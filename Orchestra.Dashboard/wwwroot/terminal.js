// A session's output: bytes in, and only the lines that are seen as elements. Text becomes text nodes, never markup.
// Lines are kept as bytes with an index, so that half a million of them cost what they weigh.
const decoder = new TextDecoder();
const ROW = 18;
const LONGEST = 2000;
const MOST_BYTES = 48 * 1024 * 1024;
const BASIC = ['#5c6370', '#d03a3a', '#2e8b47', '#a87400', '#3a6fd8', '#a044b8', '#1d8a99', '#9aa0aa'];
const HIDDEN = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const SEQUENCE = /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;

// On either ground every colour can be read: text keeps its hue and gets the lightness that it needs, a background is a tint.
const ink = color => `light-dark(oklch(from ${color} min(l, .42) c h), oklch(from ${color} max(l, .75) c h))`;
const tint = color => `color-mix(in oklab, ${color} 15%, var(--sunk))`;

const counted = count => `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`;

class Store {
    bytes = new Uint8Array(1 << 16);
    length = 0;
    starts = new Uint32Array(1 << 12);
    lines = 1;
    dropped = 0;
    // Where standard error begins and ends in the bytes, one after the other.
    errors = [];

    add(piece, errors) {
        if (this.length + piece.length > MOST_BYTES)
            this.#dropHalf();
        if (this.length + piece.length > this.bytes.length) {
            const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + piece.length));
            larger.set(this.bytes.subarray(0, this.length));
            this.bytes = larger;
        }
        this.bytes.set(piece, this.length);
        for (const edge of errors)
            this.errors.push(this.length + edge);
        const end = this.length + piece.length;
        for (let at = this.bytes.indexOf(10, this.length); at >= 0 && at < end; at = this.bytes.indexOf(10, at + 1))
            this.#begin(at + 1);
        this.length = end;
    }

    get count() {
        return this.starts[this.lines - 1] === this.length ? this.lines - 1 : this.lines;
    }

    range(line) {
        const from = this.starts[line];
        return [from, line + 1 < this.lines ? this.starts[line + 1] - 1 : this.length];
    }

    text(line, most = Infinity) {
        const [from, until] = this.range(line);
        return decoder.decode(this.bytes.subarray(from, Math.min(until, from + most)));
    }

    isError(line) {
        const at = this.starts[line];
        let low = 0;
        for (let high = this.errors.length; low < high;) {
            const middle = (low + high) >> 1;
            if (this.errors[middle] <= at)
                low = middle + 1;
            else
                high = middle;
        }
        return low % 2 === 1;
    }

    // How the CLI's tool calls and their errors begin: "[Name] detail", "error: ".
    isTool(line) {
        const [from, until] = this.range(line);
        if (until - from < 3)
            return false;
        if (this.bytes[from] === 91) {
            const close = this.bytes.subarray(from, Math.min(until, from + 60)).indexOf(93);
            const first = this.bytes[from + 1];
            return close > 1 && first >= 65 && first <= 90 && (from + close + 1 === until || this.bytes[from + close + 1] === 32);
        }
        return line > 0 && this.bytes[from] === 101 && this.text(line, 7) === 'error: ' && this.isTool(line - 1);
    }

    #begin(at) {
        if (this.lines === this.starts.length) {
            const larger = new Uint32Array(this.starts.length * 2);
            larger.set(this.starts);
            this.starts = larger;
        }
        this.starts[this.lines++] = at;
    }

    #dropHalf() {
        const first = this.lines >> 1;
        const cut = this.starts[first];
        this.bytes.copyWithin(0, cut, this.length);
        this.length -= cut;
        this.errors = this.errors.map(edge => Math.max(0, edge - cut));
        for (let i = first; i < this.lines; i++)
            this.starts[i - first] = this.starts[i] - cut;
        this.lines -= first;
        this.dropped += first;
    }
}

class Terminal {
    store = new Store();
    rows = [];
    taken = 0;
    open = new Set();
    // How many tool calls each group has, by its first line.
    calls = new Map();
    follow = true;
    query = '';
    hits = [];
    hit = -1;
    searched = 0;

    constructor(root) {
        this.root = root;
        this.view = root.querySelector('[data-view]');
        this.space = root.querySelector('[data-space]');
        this.window = root.querySelector('[data-window]');
        this.status = root.querySelector('[data-status]');
        this.followBox = root.querySelector('[data-follow]');
        this.view.addEventListener('scroll', () => {
            const atEnd = this.view.scrollTop + this.view.clientHeight >= this.view.scrollHeight - ROW;
            if (!atEnd && this.follow)
                this.setFollow(false);
            this.draw();
        });
        this.followBox.addEventListener('change', () => this.setFollow(this.followBox.checked));
        root.querySelector('[data-find]').addEventListener('input', event => this.find(event.target.value));
        root.querySelector('[data-find]').addEventListener('keydown', event => {
            if (event.key === 'Enter')
                this.step(event.shiftKey ? -1 : 1);
        });
        root.querySelector('[data-next]').addEventListener('click', () => this.step(1));
        root.querySelector('[data-previous]').addEventListener('click', () => this.step(-1));
        root.querySelector('[data-copy]').addEventListener('click', () => this.copy());
        this.window.addEventListener('click', event => this.toggle(event.target.closest('[data-fold]')));
        this.sizes = new ResizeObserver(() => this.draw());
        this.sizes.observe(this.view);
    }

    append(piece, errors) {
        const dropped = this.store.dropped;
        this.store.add(piece, errors);
        if (this.store.dropped !== dropped) {
            this.rows = [];
            this.taken = 0;
            this.open.clear();
            this.hits = [];
            this.hit = -1;
            this.searched = 0;
        }
        this.#fold();
        this.#search();
        this.draw();
    }

    end(words) {
        this.ended = words;
        this.draw();
    }

    // Rows are lines, but a run of tool calls is one row until it is opened: a negative number names its first line.
    #fold() {
        const store = this.store;
        const count = store.count;
        // The last group may grow.
        while (this.rows.length > 0 && this.taken > 0 && store.isTool(this.taken - 1)) {
            const row = this.rows.pop();
            this.taken = row < 0 ? -row - 1 : row;
            if (row < 0)
                break;
        }
        while (this.taken < count) {
            const first = this.taken;
            if (!store.isTool(first)) {
                this.rows.push(first);
                this.taken++;
                continue;
            }
            while (this.taken < count && store.isTool(this.taken))
                this.taken++;
            this.calls.set(first, this.taken - first);
            this.rows.push(-first - 1);
            if (this.open.has(first)) {
                for (let line = first; line < this.taken; line++)
                    this.rows.push(line);
            }
        }
    }

    #refold() {
        this.rows = [];
        this.taken = 0;
        this.#fold();
    }

    toggle(button) {
        if (!button)
            return;
        const first = Number(button.dataset.fold);
        if (!this.open.delete(first))
            this.open.add(first);
        this.#refold();
        this.draw();
    }

    setFollow(on) {
        this.follow = on;
        this.followBox.checked = on;
        if (on)
            this.draw();
    }

    draw() {
        if (this.waiting)
            return;
        this.waiting = requestAnimationFrame(() => {
            this.waiting = 0;
            this.#draw();
        });
    }

    #draw() {
        // Browsers give up on elements of some ten million pixels.
        const height = Math.min(this.rows.length * ROW, 8_000_000);
        this.space.style.height = `${height}px`;
        if (this.follow)
            this.view.scrollTop = height;
        const seen = Math.ceil(this.view.clientHeight / ROW) + 1;
        const most = Math.max(0, this.rows.length - seen + 1);
        const reach = Math.max(1, height - this.view.clientHeight);
        const first = Math.min(most, Math.round(Math.min(1, this.view.scrollTop / reach) * most));
        this.window.style.transform = `translateY(${Math.min(this.view.scrollTop, Math.max(0, height - Math.min(seen, this.rows.length) * ROW))}px)`;
        this.#show(this.rows.slice(first, first + seen));
        const missing = this.store.dropped ? `, ${this.store.dropped.toLocaleString('en')} earlier ones only in the download` : '';
        this.status.textContent = `${counted(this.store.count)}${missing}${this.ended ? `, ${this.ended}` : ''}`;
        this.root.dataset.lines = this.store.count;
        this.root.dataset.first = first;
    }

    // What has not changed stays as it is: a selection in it, and the focus.
    #show(rows) {
        const shown = [this.store.dropped, this.query, this.hits[this.hit], ...rows.map(row => row < 0 ? [row, this.calls.get(-row - 1), this.open.has(-row - 1)] : [row, this.store.range(row)[1]])].join();
        if (shown === this.shown)
            return;
        this.shown = shown;
        const fold = this.window.contains(document.activeElement) ? document.activeElement.dataset.fold : undefined;
        this.window.replaceChildren(...rows.map(row => this.#row(row)));
        if (fold !== undefined)
            this.window.querySelector(`[data-fold="${fold}"]`)?.focus({ preventScroll: true });
    }

    #row(row) {
        const element = document.createElement('div');
        element.className = 'row';
        if (row < 0) {
            const first = -row - 1;
            const count = this.calls.get(first);
            const button = document.createElement('button');
            button.type = 'button';
            button.dataset.fold = first;
            button.setAttribute('aria-expanded', this.open.has(first));
            button.textContent = `${this.open.has(first) ? '▾' : '▸'} ${count} tool call${count === 1 ? '' : 's'}: ${clean(this.store.text(first, 120)).replace(SEQUENCE, '')}`;
            element.append(button);
            return element;
        }
        element.dataset.line = row;
        if (this.store.isError(row)) {
            element.classList.add('stderr');
            element.title = 'standard error';
        }
        if (this.hits[this.hit] === row)
            element.classList.add('hit');
        const [from, until] = this.store.range(row);
        paint(element, this.store.text(row, LONGEST), this.query);
        if (until - from > LONGEST) {
            const more = document.createElement('i');
            more.textContent = ` … ${(until - from - LONGEST).toLocaleString('en')} more bytes`;
            element.append(more);
        }
        return element;
    }

    find(query) {
        this.query = query;
        this.hits = [];
        this.searched = 0;
        this.root.querySelector('[data-found]').textContent = '';
        this.#search();
        this.hit = -1;
        this.step(1);
    }

    // Looks through the lines that came since the last time, as they are seen; the last of those may have grown.
    #search() {
        const wanted = this.query.toLowerCase();
        if (!wanted)
            return;
        const count = this.store.count;
        const start = Math.max(0, this.searched - 1);
        if (this.hits.at(-1) === start)
            this.hits.pop();
        for (let from = start; from < count; from += 2000) {
            const until = Math.min(count, from + 2000);
            let block = decoder.decode(this.store.bytes.subarray(this.store.starts[from], this.store.range(until - 1)[1]));
            if (block.includes('\u001b'))
                block = block.split('\n').map(line => line.replace(SEQUENCE, '')).join('\n');
            block = block.toLowerCase();
            if (block.includes(wanted))
                block.split('\n').forEach((line, i) => line.includes(wanted) && this.hits.push(from + i));
        }
        this.searched = count;
        this.root.querySelector('[data-found]').textContent = `${counted(this.hits.length)} found`;
    }

    step(by) {
        if (this.hits.length === 0)
            return this.draw();
        this.hit = (this.hit + by + this.hits.length) % this.hits.length;
        const line = this.hits[this.hit];
        let row = this.rows.indexOf(line);
        if (row < 0) {
            // In a group that is folded.
            let first = line;
            while (first > 0 && this.store.isTool(first - 1))
                first--;
            this.open.add(first);
            this.#refold();
            row = this.rows.indexOf(line);
        }
        this.setFollow(false);
        const seen = Math.ceil(this.view.clientHeight / ROW) + 1;
        const height = Math.min(this.rows.length * ROW, 8_000_000);
        this.view.scrollTop = Math.max(0, row - 5) / Math.max(1, this.rows.length - seen + 1) * (height - this.view.clientHeight);
        this.draw();
    }

    async copy() {
        const selection = getSelection();
        const chosen = this.window.contains(selection.anchorNode) ? String(selection) : '';
        await orchestra.copy(chosen || decoder.decode(this.store.bytes.subarray(0, this.store.length)).replace(SEQUENCE, ''));
        this.root.querySelector('[data-found]').textContent = chosen ? 'Selection copied' : 'Output copied';
    }

    dispose() {
        this.sizes.disconnect();
        cancelAnimationFrame(this.waiting);
    }
}

/** Nothing invisible that could turn text around or be obeyed. */
function clean(text) {
    return text.replace(/\r$/, '').replace(HIDDEN, c => c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : `⟨U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

function paint(element, text, query) {
    let look = {};
    let from = 0;
    for (const match of text.matchAll(SEQUENCE)) {
        put(element, text.slice(from, match.index), look, query);
        from = match.index + match[0].length;
        if (match[2] === 'm')
            look = styled(look, match[1]);
    }
    put(element, text.slice(from), look, query);
}

function put(element, text, look, query) {
    if (!text)
        return;
    const span = document.createElement('span');
    if (look.color)
        span.style.color = ink(look.color);
    if (look.back)
        span.style.backgroundColor = tint(look.back);
    if (look.bold)
        span.style.fontWeight = 'bold';
    mark(span, clean(text), query);
    element.append(span);
}

function mark(span, text, query) {
    const wanted = query.toLowerCase();
    const low = text.toLowerCase();
    let from = 0;
    for (let at = wanted ? low.indexOf(wanted) : -1; at >= 0; at = low.indexOf(wanted, from)) {
        const found = document.createElement('mark');
        found.textContent = text.slice(at, at + wanted.length);
        span.append(text.slice(from, at), found);
        from = at + wanted.length;
    }
    span.append(text.slice(from));
}

function styled(look, codes) {
    const numbers = codes.split(';').map(Number);
    const next = { ...look };
    for (let i = 0; i < numbers.length; i++) {
        const n = numbers[i];
        if (n === 0)
            Object.assign(next, { color: undefined, back: undefined, bold: false });
        else if (n === 1)
            next.bold = true;
        else if (n === 22)
            next.bold = false;
        else if (n === 39)
            next.color = undefined;
        else if (n === 49)
            next.back = undefined;
        else if (n >= 30 && n <= 37)
            next.color = BASIC[n - 30];
        else if (n >= 90 && n <= 97)
            next.color = BASIC[n - 90];
        else if (n >= 40 && n <= 47)
            next.back = BASIC[n - 40];
        else if (n === 38 || n === 48) {
            const color = numbers[i + 1] === 5 ? indexed(numbers[i + 2]) : `rgb(${numbers.slice(i + 2, i + 5).map(x => x & 255).join(' ')})`;
            next[n === 38 ? 'color' : 'back'] = color;
            i += numbers[i + 1] === 5 ? 2 : 4;
        }
    }
    return next;
}

function indexed(n) {
    if (n < 16)
        return BASIC[n & 7];
    if (n > 231)
        return `rgb(${Array(3).fill((n - 232) * 10 + 8).join(' ')})`;
    const part = x => x ? x * 40 + 55 : 0;
    return `rgb(${part(Math.floor((n - 16) / 36))} ${part(Math.floor((n - 16) / 6) % 6)} ${part((n - 16) % 6)})`;
}

export function create(root) {
    return new Terminal(root);
}
