/** What a stage's environment has where the base image says no PATH. */
export const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What commands that are no JSON are given to, where SHELL says no other. */
export const DEFAULT_SHELL: readonly string[] = ['/bin/sh', '-c']
