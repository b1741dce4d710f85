namespace Orchestra.Activities.Output;

/// <summary>Cuts output into pieces for people: at ends of lines where there are any, never inside a character.</summary>
internal static class OutputPieces
{
    public const int Largest = 64 * 1024;

    /// <param name="bytes">What is there.</param>
    /// <param name="all">Whether an unfinished line is to be taken too.</param>
    /// <returns>How many bytes to take.</returns>
    public static int Cut(ReadOnlySpan<byte> bytes, bool all)
    {
        int end = bytes.LastIndexOf((byte)'\n') + 1;
        if (end > 0 && !(all && bytes.Length < Largest))
            return end;
        if (!all && bytes.Length < Largest)
            return 0;
        // An unfinished line: leave out the beginning of a character whose rest is not there yet.
        int tail = 0;
        while (tail < Math.Min(3, bytes.Length) && (bytes[^(tail + 1)] & 0xC0) == 0x80)
            tail++;
        bool cutInside = tail < bytes.Length && bytes[^(tail + 1)] >= 0xC0 && tail + 1 < Size(bytes[^(tail + 1)]);
        return cutInside && bytes.Length > tail + 1 ? bytes.Length - tail - 1 : bytes.Length;
    }

    private static int Size(byte first) => first switch { >= 0xF0 => 4, >= 0xE0 => 3, _ => 2 };
}
