import { killsAgainAndAgain } from './rounds.ts';

killsAgainAndAgain('while the request is out');
