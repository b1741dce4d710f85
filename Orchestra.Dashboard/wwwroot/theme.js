// Before the first paint, so that a page does not flash in the other theme.
(() => {
    const key = 'orchestra-theme';
    const root = document.documentElement;
    const dark = () => (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
    const chosen = localStorage.getItem(key);
    if (chosen)
        root.dataset.theme = chosen;
    document.addEventListener('click', event => {
        if (!event.target.closest('[data-theme-toggle]'))
            return;
        root.dataset.theme = dark() ? 'light' : 'dark';
        localStorage.setItem(key, root.dataset.theme);
    });
})();
