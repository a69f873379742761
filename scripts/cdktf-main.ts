import { cdktf } from './cdktf'

process.exitCode = cdktf(process.argv.slice(2))
