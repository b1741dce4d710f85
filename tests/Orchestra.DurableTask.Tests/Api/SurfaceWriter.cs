using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orchestra.DurableTask.Tests.Api;

/// <summary>Writes public types and members in the notation of <c>genuine-surface.txt</c>.</summary>
internal static class SurfaceWriter
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly HashSet<string> ValueSemantics = ["Equals", "GetHashCode", "op_Equality", "op_Inequality", "Deconstruct", "<Clone>$", "PrintMembers", "EqualityContract"];

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(byte)] = "byte",
        [typeof(int)] = "int", [typeof(long)] = "long", [typeof(double)] = "double", [typeof(char)] = "char", [typeof(decimal)] = "decimal",
    };

    public static string Namespace(Type type) => type.Namespace ?? "";

    /// <summary>A type's name within its namespace: <c>Outer.Inner&lt;T&gt;</c>.</summary>
    public static string Name(Type type) => Use(type, null);

    public static string Head(Type type)
    {
        var text = new StringBuilder("public ");
        if (IsDelegate(type))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            return text.Append($"delegate {Use(invoke.ReturnType, new Nullability(invoke.ReturnParameter, type))} {Name(type)}({Parameters(invoke)});").ToString();
        }

        if (type is { IsAbstract: true, IsSealed: true })
            text.Append("static ");
        else if (type is { IsAbstract: true, IsInterface: false })
            text.Append("abstract ");
        else if (type is { IsSealed: true, IsValueType: false })
            text.Append("sealed ");
        if (type is { IsValueType: true, IsEnum: false } && type.IsDefined(typeof(IsReadOnlyAttribute)))
            text.Append("readonly ");
        text.Append(type.IsInterface ? "interface " : type.IsEnum ? "enum " : type.IsValueType ? "struct " : IsRecord(type) ? "record " : "class ").Append(Name(type));
        if (!type.IsEnum && Bases(type) is { Count: > 0 } bases)
            text.Append(" : ").AppendJoin(", ", bases);
        if (type.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType == typeof(AttributeUsageAttribute)) is not null)
        {
            AttributeUsageAttribute usage = type.GetCustomAttribute<AttributeUsageAttribute>()!;
            text.Append($"  // AttributeUsage({usage.ValidOn}, AllowMultiple={usage.AllowMultiple}, Inherited={usage.Inherited})");
        }

        return text.ToString();
    }

    public static IEnumerable<string> Members(Type type)
    {
        if (IsDelegate(type))
            return [];
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => $"{f.Name} = {Convert.ToInt64(f.GetRawConstantValue(), CultureInfo.InvariantCulture)},");
        return type.GetMembers(Declared)
            .Where(m => m is not Type && !ValueSemantics.Contains(m.Name) && !IsMadeByCompiler(m))
            .Select(Member)
            .OfType<string>();
    }

    private static string? Member(MemberInfo member) => member switch
    {
        FieldInfo field when IsVisible(field) => $"{Access(field)} {(field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : ""))}{Use(field.FieldType, new Nullability(field, field.DeclaringType!))} {field.Name}{(field.IsLiteral ? " = " + Constant(field.GetRawConstantValue(), field.FieldType) : "")};",
        ConstructorInfo made when IsVisible(made) => $"{Access(made)} {made.DeclaringType!.Name.Split('`')[0]}({Parameters(made)});",
        MethodInfo method when IsVisible(method) && (!method.IsSpecialName || IsConversion(method)) => $"{Access(method)} {Modifiers(method)}{Use(method.ReturnType, new Nullability(method.ReturnParameter, method))} {(IsConversion(method) ? "implicit operator" : method.Name)}{Generics(method)}({Parameters(method)}){Constraints(method)};",
        PropertyInfo property => Property(property),
        _ => null,
    };

    private static string? Property(PropertyInfo property)
    {
        MethodInfo[] accessors = [.. new[] { property.GetMethod, property.SetMethod }.OfType<MethodInfo>().Where(IsVisible)];
        if (accessors.Length == 0)
            return null;
        var text = new StringBuilder($"{Access(accessors[0])} {Modifiers(accessors[0])}");
        text.Append(Use(property.PropertyType, new Nullability(property, property.DeclaringType!))).Append(' ').Append(property.Name).Append(" {");
        foreach (MethodInfo accessor in accessors)
            text.Append(accessor == property.GetMethod ? " get;" : IsInit(accessor) ? " init;" : " set;");
        return text.Append(" }").ToString();
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select((parameter, index) =>
    {
        string prefix = index == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this " : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        string type = Use(parameter.ParameterType, new Nullability(parameter, IsDelegate(method.DeclaringType!) ? method.DeclaringType! : method));
        return $"{prefix}{type} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Constant(parameter.DefaultValue, parameter.ParameterType) : "")}";
    }));

    private static string Constant(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Use(Type type, Nullability? nulls)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Use(value, nulls) + "?";
        bool annotated = nulls is not null && (!type.IsValueType || type.IsGenericType) && nulls.Next() && !type.IsValueType;
        string name;
        if (type.IsArray)
        {
            name = Use(type.GetElementType()!, nulls) + "[]";
        }
        else if (!Keywords.TryGetValue(type, out name!))
        {
            Type[] arguments = type.GetGenericArguments();
            name = type.Name.Split('`')[0];
            if (type.IsNested && !type.IsGenericParameter)
                name = $"{Name(type.DeclaringType!)}.{name}";
            if (arguments.Length > 0)
                name += $"<{string.Join(", ", arguments.Select(a => Use(a, nulls)))}>";
        }

        return annotated ? name + "?" : name;
    }

    private static List<string> Bases(Type type)
    {
        var inherited = new HashSet<Type>(type.BaseType?.GetInterfaces() ?? []);
        var bases = new List<string>();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            bases.Add(Use(parent, null));
        bases.AddRange(type.GetInterfaces()
            .Where(i => !inherited.Contains(i) && !(i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEquatable<>)))
            .Select(i => Use(i, null))
            .Order(StringComparer.Ordinal));
        return bases;
    }

    private static string Modifiers(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface)
            return "";
        if (method.IsStatic)
            return "static ";
        if (method.IsAbstract)
            return "abstract ";
        if (method.GetBaseDefinition() != method)
            return "override ";
        return method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";
    }

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Constraints(MethodInfo method)
    {
        var text = new StringBuilder();
        foreach (Type argument in method.IsGenericMethod ? method.GetGenericArguments() : [])
        {
            List<string> constraints = [.. argument.GetGenericParameterConstraints().Select(c => Use(c, null))];
            if (argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
                constraints.Insert(0, "class");
            if (constraints.Count > 0)
                text.Append($" where {argument.Name} : {string.Join(", ", constraints)}");
        }

        return text.ToString();
    }

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static bool IsConversion(MethodInfo method) => method.Name == "op_Implicit";

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static bool IsMadeByCompiler(MemberInfo member) => member is not PropertyInfo && member.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Access(FieldInfo field) => field.IsPublic ? "public" : "protected";
}
