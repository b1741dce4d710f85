// A lost circuit is tried again for as long as the page is open; a server that does not know it any more gets the page anew.
const modal = document.getElementById('components-reconnect-modal');
modal.addEventListener('components-reconnect-state-changed', event => {
    if (event.detail.state === 'rejected')
        location.reload();
});

Blazor.start({
    circuit: {
        reconnectionOptions: {
            maxRetries: 1_000_000,
            retryIntervalMilliseconds: attempts => attempts < 20 ? 500 : 3000,
        },
    },
});

// What is typed into a form that says so stays with the tab until it is sent, whatever becomes of the page or its connection.
const draft = {
    // Forms that have back what was kept of them.
    whole: new WeakSet(),

    // Of the form that data-keep names, or of the page's only one.
    place: name => `orchestra-draft:${name || location.pathname + location.search}`,

    keep(form = document.querySelector('form[data-keep]')) {
        const fields = [...form?.elements ?? []].filter(field => field.name && 'value' in field && field.type !== 'button');
        const texts = Object.fromEntries(fields.map(field => [field.name, field.value]));
        sessionStorage.setItem(this.place(form?.dataset.keep), JSON.stringify(texts));
    },

    // Before the rest of the form is back, its other fields are not empty but unknown.
    keepOne(field) {
        const { keep } = field.form.dataset;
        if (field.name)
            sessionStorage.setItem(this.place(keep), JSON.stringify({ ...this.kept(keep), [field.name]: field.value }));
    },

    /**
     * At once: what were told to the server and came back could be older than what is typed meanwhile.
     * Says whether there was something to put back.
     */
    restore(form) {
        this.whole.add(form);
        const missing = Object.entries(this.kept(form.dataset.keep) ?? {})
            .map(([name, text]) => [form.elements[name], text])
            .filter(([field, text]) => field && field.value !== text);
        for (const [field, text] of missing) {
            field.value = text;
            for (const event of ['input', 'change'])
                field.dispatchEvent(new Event(event, { bubbles: true }));
        }
        return missing.length > 0;
    },

    kept(name) {
        return JSON.parse(sessionStorage.getItem(this.place(name)));
    },

    forget(name) {
        sessionStorage.removeItem(this.place(name));
    },
};
document.addEventListener('input', event => {
    const form = event.target.closest('form[data-keep]');
    if (form && draft.whole.has(form))
        draft.keep(form);
    else if (form)
        draft.keepOne(event.target);
});
// An element that is taken away takes the focus with it, to nowhere.
let focused = null;
document.addEventListener('focusin', event => focused = event.target);
document.addEventListener('focusout', event => queueMicrotask(() => {
    if (focused === event.target && focused.isConnected && document.activeElement !== focused)
        focused = null;
}));
// Pages change under the pointer. What it went down on is what is pressed, wherever that is by then; moved away, the pointer lets go of it.
document.addEventListener('pointerdown', down => {
    const pressed = down.target.closest('button, summary, a[href]');
    if (!pressed || down.button !== 0 || down.pointerType !== 'mouse')
        return;
    const letGo = move => {
        if (Math.hypot(move.clientX - down.clientX, move.clientY - down.clientY) > 8)
            pressed.releasePointerCapture(down.pointerId);
    };
    pressed.setPointerCapture(down.pointerId);
    pressed.addEventListener('pointermove', letGo);
    pressed.addEventListener('lostpointercapture', () => pressed.removeEventListener('pointermove', letGo), { once: true });
});
// Before the page is live it has nobody to send a form to.
document.addEventListener('submit', event => event.preventDefault());

navigator.serviceWorker?.addEventListener('message', event => location.assign(event.data));

async function notifier() {
    const registration = await navigator.serviceWorker.register('_content/Orchestra.Dashboard/notifier.js');
    const coming = registration.installing ?? registration.waiting;
    if (!registration.active)
        await new Promise(active => coming.addEventListener('statechange', () => coming.state === 'activated' && active()));
    return registration;
}

// What the pages call by name.
window.orchestra = {
    /** Whether decisions are told outside of the page: 'on', 'off', or 'impossible'. */
    notifications() {
        if (!('Notification' in window) || Notification.permission === 'denied')
            return 'impossible';
        return Notification.permission === 'granted' && localStorage.getItem('orchestra-notify') === 'on' ? 'on' : 'off';
    },

    async switchNotifications() {
        const on = this.notifications() === 'off' && await Notification.requestPermission() === 'granted';
        localStorage.setItem('orchestra-notify', on ? 'on' : 'off');
        return this.notifications();
    },

    /** Only while nobody looks at the page, which says it itself. */
    notify(title, body, address) {
        if (this.notifications() !== 'on' || (document.visibilityState === 'visible' && document.hasFocus()))
            return;
        try {
            const shown = new Notification(title, { body, tag: address });
            shown.onclick = () => {
                window.focus();
                location.assign(address);
            };
        } catch {
            // Chrome on Android lets no page show one by itself. Where nobody does, what waits is announced all the same.
            notifier().then(worker => worker.showNotification(title, { body, tag: address, data: address })).catch(() => { });
        }
    },

    async copy(text) {
        // Browsers have the clipboard only for pages of this machine or over https; the older way is for all.
        if (navigator.clipboard)
            return navigator.clipboard.writeText(text);
        document.addEventListener('copy', event => {
            event.clipboardData.setData('text/plain', text);
            event.preventDefault();
        }, { once: true });
        document.execCommand('copy');
    },

    focus(selector) {
        const found = document.querySelector(selector);
        found?.closest('details')?.setAttribute('open', '');
        found?.focus();
    },

    /** Where a press leads, unless whoever pressed has gone on to type somewhere. */
    follow(selector) {
        if (!document.activeElement?.matches('input, textarea, select'))
            this.focus(selector);
    },

    /** Only where nothing has the focus: what had it was switched off or taken away, and nobody has gone on to something else. */
    focusIfNone(selector) {
        if ((document.activeElement ?? document.body) === document.body)
            this.focus(selector);
    },

    /** Not where somebody acts in the page already; the link that was followed to it is no such place. */
    arrive(selector) {
        if (document.activeElement?.href === location.href)
            this.focus(selector);
        else
            this.focusIfNone(selector);
    },

    /** Only where what had the focus is gone. */
    rescueFocus(selector) {
        if (focused && !focused.isConnected)
            this.focusIfNone(selector);
    },

    show(selector) {
        document.querySelector(selector)?.scrollIntoView({ block: 'nearest' });
    },

    ...draft,
};
