// Before the first paint, so that a page does not flash in the other theme.
(() => {
    const key = 'orchestra-theme';
    const root = document.documentElement;
    const choose = theme => {
        if (theme) {
            root.dataset.theme = theme;
            localStorage.setItem(key, theme);
        } else {
            delete root.dataset.theme;
            localStorage.removeItem(key);
        }
    };
    choose(localStorage.getItem(key));
    document.addEventListener('click', event => {
        if (!event.target.closest('[data-theme-toggle]'))
            return;
        // From what the system says to the other one first.
        const themes = matchMedia('(prefers-color-scheme: dark)').matches ? ['light', 'dark'] : ['dark', 'light'];
        choose(root.dataset.theme ? themes[themes.indexOf(root.dataset.theme) + 1] : themes[0]);
    });
})();
