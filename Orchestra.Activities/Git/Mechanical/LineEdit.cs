namespace Orchestra.Activities.Git.Mechanical;

/// <summary>One change against the base: its lines <c>[Start, End)</c> were replaced by the side's lines <c>[From, To)</c>; counted from 0.</summary>
public readonly record struct LineEdit(int Start, int End, int From, int To)
{
    public bool IsInsertion => Start == End;
}
