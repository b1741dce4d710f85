// Shows notifications where pages may not show them by themselves, as in Chrome on Android; keeps nothing and serves nothing.
addEventListener('notificationclick', event => {
    event.notification.close();
    event.waitUntil(open(event.notification.data));
});

async function open(address) {
    const [page] = await clients.matchAll({ type: 'window', includeUncontrolled: true });
    if (!page)
        return clients.openWindow(address);
    page.postMessage(address);
    return page.focus();
}
