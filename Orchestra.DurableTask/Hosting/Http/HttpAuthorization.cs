using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The authorization level a trigger asks for.</summary>
internal static class HttpAuthorization
{
    /// <summary>
    /// The level as the genuine host sees it. It reads only the arguments that were given, so that a trigger which names
    /// only verbs is at the default, Function, although the attribute's own property then says Anonymous.
    /// </summary>
    public static AuthorizationLevel LevelOf(ParameterInfo trigger)
    {
        CustomAttributeData data = trigger.GetCustomAttributesData().First(a => a.AttributeType == typeof(HttpTriggerAttribute));
        foreach (CustomAttributeTypedArgument argument in data.ConstructorArguments)
        {
            if (argument.ArgumentType == typeof(AuthorizationLevel))
                return (AuthorizationLevel)argument.Value!;
        }

        return AuthorizationLevel.Function;
    }
}
