namespace Orchestra.Dashboard.Tests;

/// <summary>A page of somebody else, and what a script on it tries on a host: reading, launching, opening a socket.</summary>
internal static class ForeignPage
{
    /// <summary>Resolves to which of the attempts got anywhere.</summary>
    public const string Attack =
        """
        async ([host, repository]) => {
            const socket = new URL('/ws/gm', host); socket.protocol = 'ws:';
            const got = [];
            const attempt = async (name, act) => { try { if (await act()) got.push(name); } catch { } };
            const launch = JSON.stringify({ project_name: 'foreign', repo_path: repository, agents: [{ team: 'feature-dev', task: 'true' }] });
            await attempt('read', async () => (await (await fetch(new URL('/api/gm/projects', host))).text()).includes('"total"'));
            await attempt('read with cookies', async () => (await (await fetch(new URL('/api/gm/projects', host), { credentials: 'include' })).text()).includes('"total"'));
            await attempt('events', () => new Promise(done => {
                const source = new EventSource(new URL('/api/events/stream', host));
                source.onopen = () => { source.close(); done(true); };
                source.onerror = () => { source.close(); done(false); };
            }));
            await attempt('script', () => new Promise(done => {
                const script = document.createElement('script');
                script.src = new URL('/api/gm/projects', host);
                script.onload = () => done(true); script.onerror = () => done(false);
                document.head.append(script);
            }));
            await attempt('frame', () => new Promise(done => {
                const frame = document.createElement('iframe');
                frame.src = new URL('/', host);
                frame.onload = () => { try { done(frame.contentDocument?.body?.innerText.includes('Orchestra') ?? false); } catch { done(false); } };
                document.body.append(frame);
            }));
            for (const [name, options] of [
                ['launch as JSON', { headers: { 'Content-Type': 'application/json' } }],
                ['launch as text', { headers: { 'Content-Type': 'text/plain' } }],
                ['launch unseen', { mode: 'no-cors' }]])
                await attempt(name, async () => (await fetch(new URL('/api/gm/launch', host), { method: 'POST', body: launch, ...options })).ok);
            await attempt('launch by form', () => new Promise(done => {
                const target = document.createElement('iframe'); target.name = 'target'; document.body.append(target);
                const form = document.createElement('form');
                form.method = 'post'; form.enctype = 'text/plain'; form.target = 'target'; form.action = new URL('/api/gm/launch', host);
                const field = document.createElement('input'); field.name = launch.slice(0, -1) + ',"x":"'; field.value = '"}';
                form.append(field); document.body.append(form);
                target.onload = () => done(false);
                form.submit();
            }));
            await attempt('socket', () => new Promise(done => {
                const ws = new WebSocket(socket);
                ws.onopen = () => { ws.close(); done(true); };
                ws.onerror = () => done(false);
            }));
            return got;
        }
        """;
}
