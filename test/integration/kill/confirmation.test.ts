import { killsAgainAndAgain } from './rounds.ts';

killsAgainAndAgain('after the confirmation');
