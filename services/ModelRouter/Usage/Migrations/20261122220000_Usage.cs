using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Sutazai.ModelRouter.Usage.Migrations
{
    /// <inheritdoc />
    public partial class Usage : Migration
    {
        // Without column types, so that each provider chooses its own.

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Usage",
                columns: table => new
                {
                    Hour = table.Column<long>(nullable: false),
                    Caller = table.Column<string>(nullable: false),
                    Agent = table.Column<string>(nullable: false),
                    Model = table.Column<string>(nullable: false),
                    Calls = table.Column<long>(nullable: false),
                    PromptTokens = table.Column<long>(nullable: false),
                    CompletionTokens = table.Column<long>(nullable: false),
                    CpuSeconds = table.Column<double>(nullable: false),
                    FailedCalls = table.Column<long>(nullable: false),
                    WastedSeconds = table.Column<double>(nullable: false),
                    SavedCalls = table.Column<long>(nullable: false),
                    SavedSeconds = table.Column<double>(nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Usage", x => new { x.Hour, x.Caller, x.Agent, x.Model });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Usage");
        }
    }
}
