using Microsoft.Extensions.Hosting;
using Orchestra.Activities.Configuration;
using Orchestra.Functions;

IHost host;
try
{
    host = OrchestraHost.Build(args);
}
catch (Exception e) when (e is ConfigException or InvalidOperationException or IOException or UnauthorizedAccessException)
{
    // These say which setting is wrong and how to mend it; a trace would only hide it.
    Console.Error.WriteLine(e.Message);
    return 1;
}

host.Run();
return 0;
