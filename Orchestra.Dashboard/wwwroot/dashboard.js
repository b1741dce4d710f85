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
        const shown = new Notification(title, { body, tag: address });
        shown.onclick = () => {
            window.focus();
            location.assign(address);
        };
    },

    async copy(text) {
        await navigator.clipboard.writeText(text);
    },

    focus(selector) {
        document.querySelector(selector)?.focus();
    },
};
