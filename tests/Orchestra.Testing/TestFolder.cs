namespace Orchestra.Testing;

/// <summary>Folders that tests work in.</summary>
public static class TestFolder
{
    /// <summary>A host or its children may still clear up after the last thing they did here: what they take away or add meanwhile is no failure.</summary>
    public static void Delete(string path)
    {
        for (int tries = 1; Directory.Exists(path); tries++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException) when (tries < 100)
            {
            }
        }
    }
}
