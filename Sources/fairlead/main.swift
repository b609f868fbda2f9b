import FairleadCLI
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
FairleadCommandLine.holdSignals(arguments)
// A container's shim works on the main thread, which lives as long as the process: its sandbox follows that thread.
if let code = FairleadCommandLine.runShim(arguments) { exit(code) }
exit(await FairleadCommandLine.run(arguments))
