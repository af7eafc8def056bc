#!/usr/bin/env bash
# eng/new-service.sh NAME: writes a platform service and its tests, and lists them in the solution, the filter, the host and the AppHost.
# What it writes compiles; its test fails until the service serves something.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=eng/scaffold.sh
source eng/scaffold.sh

[ "$#" -eq 1 ] || fail 'usage: eng/new-service.sh NAME'
name=$1

check_name 'The service' "$name"
[[ $name != *-service ]] || fail "'$name': a service's name says what it owns, without '-service'."
type=$(type_name "$name")
service=services/$type tests=tests/services/$type.Tests
for path in "$service" "$tests"; do
  [ ! -e "$path" ] || fail "There is $path already."
done

! grep -rqF --include='*.cs' "= new(\"$name\"," services agents || fail "There is a service or a group '$name' already."
for path in Sutazai.sln Sutazai.slnf Sutazai.Host/Modules.cs Sutazai.AppHost/AppHost.cs; do
  [ -f "$path" ] || fail "There is no $path to list the service in."
done

mkdir -p "$service" "$tests"

echo '<Project Sdk="Microsoft.NET.Sdk.Web" />' >"$service/$type.csproj"

echo "await Sutazai.SutazaiApp.RunAsync(args, Sutazai.$type.${type}Service.Module);" >"$service/Program.cs"

cat >"$service/${type}Service.cs" <<CS
namespace Sutazai.$type;

public static class ${type}Service
{
    public static ServiceModule Module { get; } = new("$name", Add, Map);

    private static void Add(IHostApplicationBuilder builder)
    {
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
    }
}
CS

cat >"$tests/$type.Tests.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <ItemGroup>
    <ProjectReference Include="../../../$service/$type.csproj" />
  </ItemGroup>
</Project>
XML

cat >"$tests/${type}ServiceTests.cs" <<CS
using Microsoft.AspNetCore.Routing;

namespace Sutazai.$type.Tests;

public sealed class ${type}ServiceTests
{
    [Fact]
    public async Task Serves_something_under_its_name()
    {
        await using var app = SutazaiApp.Create(["--urls", "http://127.0.0.1:0"], ${type}Service.Module);

        var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>();
        Assert.Contains(routes, r => r.RoutePattern.RawText!.StartsWith("/$name/", StringComparison.Ordinal));
    }
}
CS

dotnet sln Sutazai.sln add "$service/$type.csproj" "$tests/$type.Tests.csproj" >/dev/null

# "services\\Gateway\\Gateway.csproj",
# The JSON's backslashes are doubled; every entry but the last ends in a comma, so the last gets one before and loses it after.
sed -i -E 's/(\.csproj")$/\1,/' Sutazai.slnf
for project in "services\\\\$type\\\\$type.csproj" "tests\\\\services\\\\$type.Tests\\\\$type.Tests.csproj"; do
  insert_sorted Sutazai.slnf '^ +".*\.csproj",$' "      \"$project\","
done
sed -i -z -E 's/(\.csproj"),(\r?\n *\])/\1\2/' Sutazai.slnf

modules=Sutazai.Host/Modules.cs
insert_sorted "$modules" '^using Sutazai\.' "using Sutazai.$type;" '^namespace '
insert_sorted "$modules" '^        [A-Za-z]+Service\.Module,$' "        ${type}Service.Module," '^        \.\. AgentGroups'

apphost=Sutazai.AppHost/AppHost.cs
last=$(grep -nE '^(var [A-Za-z]+ = )?builder\.AddService<.*, internalKey\)' "$apphost" | tail -n 1 | cut -d: -f1 || true)
[ -n "$last" ] || fail "$apphost adds no service after which this one could stand."
sed -i "${last}a builder.AddService<Projects.$type>(\"$name\", internalKey).Calls(registry);" "$apphost"

cat <<NEXT
$service
$tests
Sutazai.sln  Sutazai.slnf  $modules  $apphost

Now:
  1. write Add and Map in ${type}Service.cs, what it calls in Calls, and the same in AppHost.cs;
  2. write its client and wire records in Sutazai.Clients/${type}Client.cs;
  3. dotnet test $tests fails until the service serves something.
NEXT
