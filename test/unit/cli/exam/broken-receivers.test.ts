import { afterEach, describe, expect, it } from '@jest/globals'
import { whsec } from '../../verify/secrets'
import { examine, type Receiver, serve, stopServers } from './bed'

afterEach(stopServers)

const accepted = { status: 204 }

const verifiesNothing: Receiver = () => accepted

describe('a receiver that is broken', () => {
  it('because it verifies nothing is found by every delivery that it must refuse', async () => {
    const { exitCode, wrong } = await examine(await serve(verifiesNothing), whsec(1))
    expect({ exitCode, wrong }).toEqual({ exitCode: 1, wrong: ['unsigned', 'wrong-key'] })
  })
})
