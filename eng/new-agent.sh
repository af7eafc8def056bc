#!/usr/bin/env bash
# eng/new-agent.sh GROUP AGENT-ID "Purpose.": writes the agent's file and its entry in the group's list.
# What it writes compiles; the catalog's tests name what is missing until the agent is complete.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=eng/scaffold.sh
source eng/scaffold.sh

[ "$#" -eq 3 ] || fail 'usage: eng/new-agent.sh GROUP AGENT-ID "Purpose."'
group=$1 id=$2 purpose=$3

check_name 'The agent id' "$id"
[[ $id != *-agent ]] || fail "'$id': name the agent for the worker that it is, without '-agent'."
[[ $purpose =~ ^[A-Z] ]] || fail "The purpose is one sentence that begins with a capital; it is '$purpose'."
[[ $purpose =~ [^.]\.$ && ! $purpose =~ [.!?][[:space:]] && $purpose != *$'\n'* ]] || fail "The purpose is one sentence that ends with a full stop; it is '$purpose'."
[ "${#purpose}" -le 160 ] || fail "The purpose is ${#purpose} characters long; 160 is the most that a person reads while choosing."

# public static AgentGroup Group { get; } = new("data-files", "Says what is in data files.")
groups=$(grep -rhoE --include='*Agents.cs' 'AgentGroup Group \{ get; \} = new\("[^"]+"' agents | cut -d'"' -f2 | LC_ALL=C sort)
list=$(grep -rlF --include='*Agents.cs' "AgentGroup Group { get; } = new(\"$group\"" agents) || fail "There is no group '$group'. There are: ${groups//$'\n'/, }."

taken=$(grep -rlF --include='*.cs' "AgentDefinition Definition { get; } = new(\"$id\")" agents) && fail "There is an agent '$id' already: $taken."

type=$(type_name "$id")
file=$(dirname "$list")/$type.cs
[ ! -e "$file" ] || fail "There is a file $file already."
namespace=$(sed -n 's/^namespace \(.*\);$/\1/p' "$list")
quoted=${purpose//\\/\\\\}
quoted=${quoted//\"/\\\"}

# A list on one line becomes a line an agent, so that the next entry is a line of its own too.
# Agents = [AgentEntry.Of<CsvProfiler>(), AgentEntry.Of<JsonProfiler>()],
sed -i -E '/^        Agents = \[.*\],$/ {
  s/^        Agents = \[/        Agents =\n        [\n/
  s/\],$/\n        ],/
  s/(AgentEntry\.Of<[A-Za-z0-9]+>\(\)),? */            \1,\n/g
  s/\n\n+/\n/g
}' "$list"
insert_sorted "$list" '^            AgentEntry\.Of<' "            AgentEntry.Of<$type>()," '^        \],$'

cat >"$file" <<CS
using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace $namespace;

public sealed class $type : IAgent
{
    public static AgentDefinition Definition { get; } = new("$id")
    {
        Purpose = "$quoted",
        Instructions = "",
        Examples = [],
    };

    [KernelFunction("run"), Description("")]
    public static Answer Run([Description("")] Artifact input, CancellationToken cancellationToken) => throw new NotImplementedException();

    public sealed record Answer(string Text);
}
CS

cat <<NEXT
$file
$list

Now, in $type.cs:
  1. write the tools: data in, data out; mark each [KernelFunction], [Description], and two or more [ToolExample]s, one of them Nasty;
  2. write Instructions that no other agent has, and two Examples;
  3. dotnet test tests/Sutazai.Agents.Tests says what is still missing; UPDATE_DOCS=1 with it writes the docs page.
NEXT
