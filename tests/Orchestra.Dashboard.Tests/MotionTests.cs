using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>Whoever wants things to keep still gets pages that do, whatever style asks for motion.</summary>
public sealed class MotionTests(DashboardFixture dashboard)
{
    // Styles of ours have no motion by themselves, so that an element gets some.
    private const string Move =
        """
        async element => {
            element.style.transition = 'opacity 60s';
            getComputedStyle(element).opacity;
            element.style.opacity = '0.5';
            await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
            return document.getAnimations().filter(animation => animation.playState === 'running').length;
        }
        """;

    [Theory]
    [InlineData(ReducedMotion.NoPreference, 1)]
    [InlineData(ReducedMotion.Reduce, 0)]
    public async Task Nothing_moves_where_less_motion_is_wanted(ReducedMotion wanted, int moving)
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync("/costs");
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ReducedMotion = wanted });
        ILocator heading = page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Costs", Level = 1 });
        await Expect(heading).ToBeVisibleAsync();
        Assert.Equal(moving, await heading.EvaluateAsync<int>(Move));
        Assert.Empty(complaints);
    }
}
