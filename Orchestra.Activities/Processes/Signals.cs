using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestra.Activities.Processes;

/// <summary>Signals to processes; the framework offers only SIGKILL.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    private const int NoSuchProcess = 3;
    private const int NotPermitted = 1;

    /// <summary>Sends a signal; a process that has just ended, or that became another user's, is no error.</summary>
    public static void Send(int pid, int signal)
    {
        // 0, 1 and negative numbers address groups, init or everything.
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 2);
        if (SendSignal(pid, signal) == 0) return;
        int error = Marshal.GetLastPInvokeError();
        if (error is not (NoSuchProcess or NotPermitted))
            throw new Win32Exception(error, $"Signal {signal} could not be sent to process {pid}.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
