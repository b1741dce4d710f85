using Microsoft.Extensions.Hosting;
using Orchestra.Functions;

OrchestraHost.Build(args).Run();
