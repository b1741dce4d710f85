using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestra.Functions.Tests;

/// <summary>A web server that answers everything with 401, as a remote that wants a password.</summary>
internal sealed class LoginServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public LoginServer()
    {
        listener.Start();
        _ = ServeAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/repo.git";

    public void Dispose() => listener.Dispose();

    private async Task ServeAsync()
    {
        byte[] answer = Encoding.ASCII.GetBytes(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                NetworkStream stream = client.GetStream();
                byte[] request = new byte[16 * 1024];
                _ = await stream.ReadAsync(request);
                await stream.WriteAsync(answer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }
}
